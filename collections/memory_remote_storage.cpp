#include "hamok/collections/memory_remote_storage.hpp"

#include <utility>

namespace hamok {

/// Why the write is not to be done, or nothing.
std::optional<remote_outcome> memory_remote_storage::objection(const remote_write& write) {
  if (owner_ != write.owner) {
    if (owner_ && write.reported != 0)
      return remote_outcome{remote_status::taken};
    owner_ = write.owner;
    last_ = 0;
    outcomes_.clear();
  }
  if (write.index > last_)
    return std::nullopt;
  const auto known = outcomes_.find(write.index);
  return known != outcomes_.end() ? known->second : remote_outcome{remote_status::superseded};
}

/// Values that the write itself sets before it touches them again are no more than it has.
bool memory_remote_storage::has_room(const remote_write& write) const {
  std::size_t bytes = 0;
  for (const auto& step : write.steps)
    if (tells_old(step.verb))
      if (const auto found = entries_.find(step.key); found != entries_.end())
        bytes += found->second.size();
  return bytes <= write.max_bytes;
}

remote_touch memory_remote_storage::take(const remote_step& step) {
  if (step.verb == remote_verb::clear) {
    remote_touch result{true, std::nullopt, entries_.size()};
    entries_.clear();
    return result;
  }
  const auto found = entries_.find(step.key);
  auto value = found != entries_.end() ? std::optional{found->second} : std::nullopt;
  auto result = take_step(step, value);
  if (!result.changed)
    return result;
  if (value)
    entries_.insert_or_assign(step.key, std::move(*value));
  else
    entries_.erase(found);
  return result;
}

remote_outcome memory_remote_storage::execute(const remote_write& write) {
  const std::lock_guard guard{mutex_};
  if (auto known = objection(write))
    return std::move(*known);
  remote_outcome result;
  result.status = has_room(write) ? remote_status::done : remote_status::too_large;
  if (result.status == remote_status::done)
    for (const auto& step : write.steps)
      result.touches.push_back(take(step));
  last_ = write.index;
  outcomes_.erase(outcomes_.begin(), outcomes_.upper_bound(write.reported));
  outcomes_.emplace(write.index, result);
  return result;
}

caf::expected<std::vector<std::optional<blob>>>
memory_remote_storage::get(const std::vector<blob>& keys) {
  const std::lock_guard guard{mutex_};
  std::vector<std::optional<blob>> result;
  result.reserve(keys.size());
  for (const auto& key : keys) {
    const auto found = entries_.find(key);
    result.push_back(found != entries_.end() ? std::optional{found->second} : std::nullopt);
  }
  return result;
}

caf::expected<std::vector<key_value>> memory_remote_storage::scan(const std::optional<blob>& after,
                                                                  std::size_t max_entries) {
  const std::lock_guard guard{mutex_};
  std::vector<key_value> result;
  std::size_t bytes = 0;
  auto next = after ? entries_.upper_bound(*after) : entries_.begin();
  for (; next != entries_.end() && result.size() < max_entries; ++next) {
    bytes += next->first.size() + next->second.size();
    if (!result.empty() && bytes > map_limit::page_bytes)
      break;
    result.push_back({next->first, next->second});
  }
  return result;
}

caf::expected<std::uint64_t> memory_remote_storage::size() {
  const std::lock_guard guard{mutex_};
  return std::uint64_t{entries_.size()};
}

} // namespace hamok
