#pragma once

// The disk of one member under test: it does what storage is told, in order, and forgets what was
// not synced when the member crashes.

#include "hamok/raft/event.hpp"
#include "hamok/raft/types.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace hamok::raft::test {

class disk {
public:
  disk() = default;
  explicit disk(initial_state durable) : durable_(std::move(durable)) {}

  /// Takes a write on; it is not durable yet.
  void write(persist_request request) {
    if (request.sequence <= last_sequence_)
      throw std::logic_error("writes are not numbered upwards");
    last_sequence_ = request.sequence;
    pending_.push_back(std::move(request));
  }

  /// Makes the oldest pending write durable and gives its sequence number, if there is one.
  std::optional<std::uint64_t> sync_one() {
    if (pending_.empty())
      return std::nullopt;
    const auto request = std::move(pending_.front());
    pending_.pop_front();
    apply(request);
    return request.sequence;
  }

  /// What a crash does: everything that was not synced is gone, and a new life counts its writes
  /// from the start again.
  void crash() {
    pending_.clear();
    last_sequence_ = 0;
  }

  /// The state machines will begin here at the next start: their snapshot has been saved.
  void restored(index_t index) {
    durable_.restored = index;
    durable_.saved = index;
  }

  [[nodiscard]] bool idle() const noexcept { return pending_.empty(); }
  [[nodiscard]] const initial_state& durable() const noexcept { return durable_; }
  [[nodiscard]] index_t last_index() const noexcept {
    return durable_.base.index + durable_.entries.size();
  }

private:
  void apply(const persist_request& request) {
    if (request.truncate_from) {
      if (*request.truncate_from <= durable_.base.index || *request.truncate_from > last_index())
        throw std::logic_error("a truncation lies outside of the log");
      durable_.entries.resize(*request.truncate_from - durable_.base.index - 1);
    }
    if (!request.entries.empty()) {
      if (request.first_index != last_index() + 1)
        throw std::logic_error("a write leaves a gap in the log or overwrites without truncating");
      durable_.entries.insert(durable_.entries.end(), request.entries.begin(),
                              request.entries.end());
    }
    if (request.base)
      rebase(request);
    if (request.state) {
      if (request.state->term < durable_.hard.term)
        throw std::logic_error("the term on disk goes back");
      durable_.hard = *request.state;
    }
  }

  void rebase(const persist_request& request) {
    const auto& base = *request.base;
    if (base.index < durable_.base.index)
      throw std::logic_error("the base of the log on disk goes back");
    if (request.replaces) {
      if (!request.entries.empty())
        throw std::logic_error("a write replaces the log by a snapshot and appends to it");
      durable_.entries.clear();
    } else {
      if (base.index > last_index())
        throw std::logic_error("a log is compacted beyond its end");
      const auto dropped = static_cast<std::ptrdiff_t>(base.index - durable_.base.index);
      durable_.entries.erase(durable_.entries.begin(), durable_.entries.begin() + dropped);
    }
    durable_.base = base;
  }

  initial_state durable_;
  std::deque<persist_request> pending_;
  std::uint64_t last_sequence_ = 0;
};

} // namespace hamok::raft::test
