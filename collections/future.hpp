#pragma once

// What a plain thread gets for an operation on a collection.

#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/collections/call_table.hpp"
#include "hamok/collections/decode_failures.hpp"

#include <caf/expected.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace hamok {

/// An answer that arrives later: by the deadline of its operation, or, when the collection says
/// nothing, `answer_margin` behind it. Letting go of it is no cancellation: the operation goes on.
///
/// Thread safety: one object is used by one thread at a time.
template <class T>
class future {
public:
  using clock = call_slot::clock;
  using decoder = bool (*)(const blob&, T&);

  /// `deadline` is the operation's own. Failed at once when `call` has no slot.
  future(std::shared_ptr<call_table> table, call_table::call call, clock::time_point deadline,
         decoder decode, decode_failures failures = {})
      : table_(std::move(table)),
        call_(std::move(call)),
        deadline_(deadline),
        decode_(decode),
        failures_(std::move(failures)) {
    if (!call_.slot) {
      table_.reset();
      failure_ = make_error(errc::overloaded, "too many calls wait for an answer");
    }
  }

  /// One that has failed already.
  explicit future(caf::error failure) : failure_(std::move(failure)) {}

  future(future&& other) noexcept = default;
  future& operator=(future&& other) noexcept {
    std::swap(table_, other.table_);
    std::swap(call_, other.call_);
    std::swap(deadline_, other.deadline_);
    std::swap(decode_, other.decode_);
    std::swap(failures_, other.failures_);
    std::swap(failure_, other.failure_);
    return *this;
  }
  future(const future&) = delete;
  future& operator=(const future&) = delete;

  ~future() {
    if (table_ && !call_.slot->get())
      table_->forget(call_.id);
  }

  /// Waits up to `timeout`, and no longer than `get` would; true when `get` will not wait.
  template <class Rep, class Period>
  [[nodiscard]] bool wait_for(std::chrono::duration<Rep, Period> timeout) const {
    if (!call_.slot)
      return true;
    const auto now = clock::now();
    const auto end = deadline_ + answer_margin;
    if (now >= end)
      return true;
    // Compared as floating point, because the longest durations overflow in nanoseconds.
    const bool shorter = std::chrono::duration<double>{timeout} < end - now;
    const auto until = shorter ? now + std::chrono::duration_cast<clock::duration>(timeout) : end;
    return call_.slot->wait_until(until) || clock::now() >= end;
  }

  /// The result, or why there is none. Waits until the deadline, and `answer_margin` longer when
  /// the collection says nothing. Must not be called in an actor: it would block a thread of CAF.
  [[nodiscard]] caf::expected<T> get() {
    if (!call_.slot)
      return failure_;
    if (!call_.slot->wait_until(deadline_ + answer_margin))
      return make_error(errc::outcome_unknown, "the collection did not answer");
    auto answer = call_.slot->get();
    if (!*answer)
      return std::move(answer->error());
    T value{};
    if (decode_(**answer, value))
      return value;
    failures_.tell("an answer");
    return make_error(errc::bad_value, "the answer cannot be decoded");
  }

private:
  std::shared_ptr<call_table> table_;
  call_table::call call_;
  clock::time_point deadline_{};
  decoder decode_ = nullptr;
  decode_failures failures_;
  caf::error failure_;
};

} // namespace hamok
