#pragma once

// The configurations that a leader has written in a step, each with the one before it.

#include "hamok/tests/sim/views.hpp"

namespace hamok::sim {

/// Calls `look_at(index, before, next)` for each configuration that the member has written in this
/// step as a leader, and not taken from one.
template <class LookAt>
void for_each_written(const cluster_view& all, const step_view& step, LookAt&& look_at) {
  if (step.append_received || step.installed_index > 0 || step.log_changed_from == 0)
    return;
  const auto& log = all.members[step.who].log;
  for (const auto& held : log.configurations())
    if (held.index >= step.log_changed_from)
      look_at(held.index, all.members_at(log, held.index - 1), *held.members);
}

} // namespace hamok::sim
