#pragma once

// A learner becomes a voter when it has the log (thesis, 4.2.1).

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"
#include "hamok/tests/sim/written_members.hpp"

#include <algorithm>
#include <vector>

namespace hamok::sim {

/// Who becomes a voter was a learner, and holds on its disk the leader's log up to the entry that
/// made it one, and all that the leader knew to be committed when it was elected. Otherwise nothing
/// could be committed for as long as the transfer takes.
class promotion_needs_catch_up final : public invariant {
public:
  const char* name() const noexcept override { return "promotion needs catch-up"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    commit_at_election_.resize(all.members.size());
    if (step.before.role != raft::role::leader && step.after->role == raft::role::leader)
      commit_at_election_[step.who] = step.before.commit_index;
    for_each_written(all, step, [&](raft::index_t index, const auto& before, const auto& next) {
      for (const auto& id : next.voters)
        if (!raft::is_voter(before, id))
          check(all, step, index, id);
    });
  }

private:
  void check(const cluster_view& all, const step_view& step, raft::index_t index,
             const raft::member_id& id) const {
    const auto& log = all.members[step.who].log;
    const auto who = all.lives.number_of(id);
    raft::index_t since = 0;
    for (auto held = log.configuration_at(index - 1);
         held.members && raft::contains(held.members->learners, id);
         held = log.configuration_at(held.index - 1))
      since = held.index;
    require(since > 0, [&] { return called(all, who) + " becomes a voter and was no learner"; });
    const auto needed = std::max(since, commit_at_election_[step.who]);
    require(all.members[who].synced.agrees(log, needed), [&] {
      return called(all, step.who) + " makes " + called(all, who)
             + " a voter, which does not have the log up to " + str(needed);
    });
  }

  std::vector<raft::index_t> commit_at_election_; ///< by leader
};

} // namespace hamok::sim
