#include "hamok/actors/event_queue.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

bool event_queue::push(const any_event& value) {
  const std::lock_guard guard{mutex_};
  if (closed_)
    return false;
  if (events_.size() >= limit_) {
    ++missed_;
    return false;
  }
  if (missed_ > 0)
    events_.emplace_back(event::lagged{std::exchange(missed_, 0)});
  events_.push_back(value);
  return wake();
}

bool event_queue::close(bool give_out_rest) {
  const std::lock_guard guard{mutex_};
  if (std::exchange(closed_, true))
    return false;
  if (!give_out_rest) {
    events_.clear();
    missed_ = 0;
  }
  if (missed_ > 0)
    events_.emplace_back(event::lagged{std::exchange(missed_, 0)});
  return wake();
}

std::vector<any_event> event_queue::take(std::size_t count) {
  const std::lock_guard guard{mutex_};
  const auto size = static_cast<std::ptrdiff_t>(std::min(count, events_.size()));
  std::vector<any_event> result{std::make_move_iterator(events_.begin()),
                                std::make_move_iterator(events_.begin() + size)};
  events_.erase(events_.begin(), events_.begin() + size);
  if (result.empty() && missed_ > 0)
    result.emplace_back(event::lagged{std::exchange(missed_, 0)});
  sleeping_ = result.empty();
  return result;
}

void event_queue::abandon() {
  abandoned_ = true;
  close(false);
}

bool event_queue::finished() const {
  const std::lock_guard guard{mutex_};
  return closed_ && events_.empty();
}

bool event_queue::wake() {
  return std::exchange(sleeping_, false);
}

} // namespace hamok
