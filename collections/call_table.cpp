#include "hamok/collections/call_table.hpp"

#include <random>
#include <utility>

namespace hamok {

namespace {

std::uint64_t random_start() {
  std::random_device dice;
  return ((std::uint64_t{dice()} << 32) | dice()) >> 1 | 1;
}

} // namespace

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

call_table::call_table(std::size_t max_calls) : max_calls_(max_calls), next_(random_start()) {}

call_table::call call_table::open() {
  if (waiting_.fetch_add(1, std::memory_order_relaxed) >= max_calls_) {
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    return {};
  }
  call result{next_.fetch_add(1, std::memory_order_relaxed), std::make_shared<call_slot>()};
  auto& home = shards_[result.id % shards_.size()];
  std::lock_guard guard{home.mutex};
  if (closed_) {
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    result.slot->set(make_error(errc::stopped));
    return {0, std::move(result.slot)};
  }
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

bool call_table::contains(std::uint64_t id) const {
  const auto& home = shards_[id % shards_.size()];
  std::lock_guard guard{home.mutex};
  return home.slots.contains(id);
}

void call_table::forget(std::uint64_t id) {
  static_cast<void>(take(id));
}

void call_table::close() {
  closed_ = true;
  for (auto& home : shards_) {
    std::unordered_map<std::uint64_t, std::shared_ptr<call_slot>> left;
    {
      std::lock_guard guard{home.mutex}; // whoever comes behind sees that it is closed
      left.swap(home.slots);
    }
    waiting_.fetch_sub(left.size(), std::memory_order_relaxed);
    for (auto& [id, slot] : left)
      slot->set(make_error(errc::outcome_unknown));
  }
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
