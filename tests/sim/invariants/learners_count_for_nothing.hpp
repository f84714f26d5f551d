#pragma once

// Learners take the log and nothing else (thesis, 4.2.1; consensus.md, 6).

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"

namespace hamok::sim {

/// Who is no voter does not campaign, unless it is just being removed and does not know that to be
/// committed (thesis, figure 4.6); and nobody asks a learner for its vote. That neither votes nor
/// disks of learners count for anything is checked where votes and disks are counted.
class learners_count_for_nothing final : public invariant {
public:
  const char* name() const noexcept override { return "learners count for nothing"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    if (step.before.role != raft::role::follower || step.after->role == raft::role::follower)
      return;
    const auto& log = all.members[step.who].log;
    const auto& id = all.lives[step.who].config.self;
    const auto latest = log.configuration_at(step.before.last_index).index;
    const bool votes = raft::is_voter(all.members_at(log, latest), id);
    const bool may_still =
        latest > step.before.commit_index && raft::is_voter(all.members_at(log, latest - 1), id);
    require(votes || may_still,
            [&] { return called(all, step.who) + " campaigns and is no voter"; });
  }

  void sending(const cluster_view& all, const send_view& send) override {
    if (!std::holds_alternative<raft::vote_request>(send.message->body))
      return;
    const auto& log = all.members[send.who].log;
    require(raft::is_voter(all.members_at(log, log.last_index()), all.lives[send.to].config.self)
                || all.members[send.who].now.role != raft::role::candidate,
            [&] {
              return called(all, send.who) + " asks " + called(all, send.to)
                     + " for a vote that does not count";
            });
  }
};

} // namespace hamok::sim
