#pragma once

// Who waits for the answers of a collection actor: actors by promise, threads by number.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/error.hpp"
#include "hamok/collections/call_table.hpp"

#include <cstdint>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

namespace hamok {

/// Callers by ticket. Tickets are used again after their answer.
class waiters {
public:
  explicit waiters(std::shared_ptr<call_table> calls) : calls_(std::move(calls)) {}
  waiters(const waiters&) = delete;
  waiters& operator=(const waiters&) = delete;

  /// Promises answer for themselves when they are dropped; threads are told here.
  ~waiters() {
    for (auto& slot : slots_)
      if (const auto* call = std::get_if<std::uint64_t>(&slot))
        calls_->complete(*call,
                         make_error(errc::outcome_unknown, "the collection actor has ended"));
  }

  [[nodiscard]] std::uint64_t add(caf::response_promise promise) {
    return place(slot_type{std::move(promise)});
  }

  /// `call` is a number in the call table.
  [[nodiscard]] std::uint64_t add(std::uint64_t call) { return place(slot_type{call}); }

  void answer(std::uint64_t ticket, errc failure, blob result) {
    auto slot = std::exchange(slots_[ticket], slot_type{});
    free_.push_back(ticket);
    if (auto* promise = std::get_if<caf::response_promise>(&slot)) {
      if (failure == errc::none)
        promise->deliver(std::move(result));
      else
        promise->deliver(make_error(failure));
    } else if (const auto* call = std::get_if<std::uint64_t>(&slot)) {
      if (failure == errc::none)
        calls_->complete(*call, std::move(result));
      else
        calls_->complete(*call, make_error(failure));
    }
  }

  /// Whether the answer would reach anybody: a thread may have let go of its future. Of actors only
  /// their end is heard, see `asked_by`.
  [[nodiscard]] bool wanted(std::uint64_t ticket) const {
    const auto* call = std::get_if<std::uint64_t>(&slots_[ticket]);
    return call == nullptr || calls_->contains(*call);
  }

  /// Whether it is the answer to a request of this actor.
  [[nodiscard]] bool asked_by(std::uint64_t ticket, const caf::actor_addr& caller) const {
    const auto* promise = std::get_if<caf::response_promise>(&slots_[ticket]);
    return promise != nullptr && caf::actor_cast<caf::actor_addr>(promise->source()) == caller;
  }

private:
  using slot_type = std::variant<std::monostate, caf::response_promise, std::uint64_t>;

  std::uint64_t place(slot_type slot) {
    if (free_.empty()) {
      slots_.push_back(std::move(slot));
      return slots_.size() - 1;
    }
    const auto ticket = free_.back();
    free_.pop_back();
    slots_[ticket] = std::move(slot);
    return ticket;
  }

  std::shared_ptr<call_table> calls_;
  std::vector<slot_type> slots_;
  std::vector<std::uint64_t> free_;
};

} // namespace hamok
