#include "hamok/collections/call_table.hpp"

#include <utility>

namespace hamok {

bool call_slot::set(caf::expected<blob> answer) {
  {
    std::lock_guard guard{mutex_};
    if (answer_)
      return false;
    answer_.emplace(std::move(answer));
  }
  arrived_.notify_all();
  return true;
}

bool call_slot::wait_until(clock::time_point deadline) const {
  std::unique_lock guard{mutex_};
  return arrived_.wait_until(guard, deadline, [this] { return answer_.has_value(); });
}

std::optional<caf::expected<blob>> call_slot::get() const {
  std::lock_guard guard{mutex_};
  return answer_;
}

call_table::call call_table::open() {
  if (waiting_.fetch_add(1, std::memory_order_relaxed) >= max_calls_) {
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    return {};
  }
  call result{next_.fetch_add(1, std::memory_order_relaxed), std::make_shared<call_slot>()};
  auto& home = shards_[result.id % shards_.size()];
  std::lock_guard guard{home.mutex};
  home.slots.emplace(result.id, result.slot);
  return result;
}

std::shared_ptr<call_slot> call_table::take(std::uint64_t id) {
  auto& home = shards_[id % shards_.size()];
  std::lock_guard guard{home.mutex};
  auto i = home.slots.find(id);
  if (i == home.slots.end())
    return nullptr;
  auto slot = std::move(i->second);
  home.slots.erase(i);
  waiting_.fetch_sub(1, std::memory_order_relaxed);
  return slot;
}

void call_table::complete(std::uint64_t id, caf::expected<blob> answer) {
  if (auto slot = take(id))
    slot->set(std::move(answer));
}

void call_table::forget(std::uint64_t id) {
  static_cast<void>(take(id));
}

std::size_t call_table::size() const {
  std::size_t result = 0;
  for (const auto& home : shards_) {
    std::lock_guard guard{home.mutex};
    result += home.slots.size();
  }
  return result;
}

} // namespace hamok
