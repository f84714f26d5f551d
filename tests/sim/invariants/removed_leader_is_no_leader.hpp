#pragma once

// A removed leader steps down when the removal is committed (thesis, 4.2.2; consensus.md, 6).

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"

namespace hamok::sim {

/// Nobody leads who knows its own removal to be committed, not even for one step.
class removed_leader_is_no_leader final : public invariant {
public:
  const char* name() const noexcept override { return "a removed leader is no leader"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    if (step.after->role != raft::role::leader)
      return;
    const auto& log = all.members[step.who].log;
    const auto held = log.configuration_at(log.last_index());
    require(held.index > step.after->commit_index || !held.members
                || !held.members->outgoing.empty()
                || raft::is_voter(*held.members, all.lives[step.who].config.self),
            [&] {
              return called(all, step.who) + " leads although its removal at index "
                     + str(held.index) + " is committed";
            });
  }
};

} // namespace hamok::sim
