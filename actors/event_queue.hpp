#pragma once

// The bounded buffer between a node and one subscriber.

#include "hamok/actors/interfaces/events.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

namespace hamok {

/// Events that wait for one subscriber. What does not fit is dropped and counted, and the count
/// stands as `event::lagged` where the events are missing.
///
/// Thread safety: one writer and one reader, in different threads.
class event_queue {
public:
  explicit event_queue(std::size_t limit) : limit_(limit) {}

  /// Adds an event. True: the reader sleeps and has to be woken.
  bool push(const any_event& value);

  /// Nothing comes any more, and what waits is given out (or not). True: the reader sleeps and has
  /// to be woken.
  bool close(bool give_out_rest);

  /// Up to `count` events. Empty: the reader sleeps from now on.
  [[nodiscard]] std::vector<any_event> take(std::size_t count);

  /// There is no reader any more. From any thread.
  void abandon();
  [[nodiscard]] bool abandoned() const noexcept { return abandoned_; }

  /// Closed, and all was taken.
  [[nodiscard]] bool finished() const;

private:
  bool wake();

  mutable std::mutex mutex_;
  std::deque<any_event> events_;
  std::size_t limit_;
  std::uint64_t missed_ = 0;
  bool sleeping_ = true;
  bool closed_ = false;
  std::atomic<bool> abandoned_{false};
};

} // namespace hamok
