#pragma once

// The entries behind a remote map, in a storage that is too simple to be wrong: it does what it is
// told, and keeps no outcomes.

#include "hamok/collections/remote_step_state.hpp"

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace hamok {

struct plain_storage {
  std::map<blob, blob> entries;

  remote_touch take(const remote_step& step) {
    if (step.verb == remote_verb::clear) {
      const remote_touch result{true, std::nullopt, entries.size()};
      entries.clear();
      return result;
    }
    const auto found = entries.find(step.key);
    auto value = found != entries.end() ? std::optional{found->second} : std::nullopt;
    auto result = take_step(step, value);
    if (value)
      entries.insert_or_assign(step.key, std::move(*value));
    else
      entries.erase(step.key);
    return result;
  }

  std::vector<remote_touch> take(const std::vector<remote_step>& steps) {
    std::vector<remote_touch> result;
    for (const auto& step : steps)
      result.push_back(take(step));
    return result;
  }
};

} // namespace hamok
