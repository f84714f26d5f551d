#include "hamok/tests/sim/outside.hpp"

#include "hamok/tests/sim/language.hpp"

#include <algorithm>

namespace hamok::sim {

remote_outcome outside::execute(const remote_write& write) {
  if (write.owner != outside_owner)
    return {remote_status::taken};
  if (write.index <= last_) {
    const auto known = outcomes_.find(write.index);
    return known != outcomes_.end() ? known->second : remote_outcome{remote_status::superseded};
  }
  const remote_outcome result{remote_status::done, storage_.take(write.steps)};
  last_ = write.index;
  outcomes_.erase(outcomes_.begin(), outcomes_.upper_bound(write.reported));
  outcomes_.emplace(write.index, result);
  while (outcomes_.size() > kept_)
    outcomes_.erase(outcomes_.begin());
  return result;
}

content outside::items() const {
  content result;
  for (const auto& [key, value] : storage_.entries)
    result.push_back({number_in(key), number_in(value)});
  std::ranges::sort(result);
  return result;
}

content to_content(const std::vector<remote_touch>& touches) {
  content result;
  for (const auto& touch : touches)
    result.push_back({touch.changed ? 1U : 0U, touch.old ? number_in(*touch.old) : touch.count});
  return result;
}

} // namespace hamok::sim
