#pragma once

// Leaders only append (paper, 5.3 and figure 3).

#include "hamok/tests/sim/invariant.hpp"

namespace hamok::sim {

/// A leader never overwrites or deletes entries in its log; it only appends (paper, figure 3).
class leader_append_only final : public invariant {
public:
  const char* name() const noexcept override { return "leader append-only"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    const auto& after = *step.after;
    if (step.before.role != raft::role::leader || after.role != raft::role::leader)
      return;
    require(after.last_index >= step.before.last_index, [&] {
      return called(all, step.who) + " leads and its log ends at " + str(after.last_index)
             + " instead of " + str(step.before.last_index);
    });
    require(step.log_changed_from == 0 || step.log_changed_from > step.before.last_index, [&] {
      return called(all, step.who) + " leads and has rewritten its log from "
             + str(step.log_changed_from) + " on";
    });
    require(step.log_differs_from == 0 || step.log_differs_from > step.before.last_index, [&] {
      return called(all, step.who) + " leads and has changed its log in memory from "
             + str(step.log_differs_from) + " on";
    });
  }
};

} // namespace hamok::sim
