#pragma once

// Nobody acts on a removal that may still vanish (thesis, 4.2.2; consensus.md, 6).

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"

#include <string_view>

namespace hamok::sim {

/// Only a removal that is known to be committed makes a member take itself for removed, refuse to
/// hear another one as removed, or step down because it is removed.
class removal_only_when_committed final : public invariant {
public:
  const char* name() const noexcept override { return "only committed removals count"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    if (step.out->members_changed)
      require(all.members[step.who].core->standing() != raft::standing::removed
                  || is_removed(all, step, step.who),
              [&] { return called(all, step.who) + " takes itself for removed, and is not"; });
    if (step.out->rejected && !step.must_be_rejected
        && std::string_view{step.out->rejected} == "message from a retired member")
      require(is_removed(all, step, step.from), [&] {
        return called(all, step.who) + " does not hear " + called(all, step.from)
               + ", whose removal it does not know to be committed";
      });
    if (step.before.role == raft::role::leader && step.after->role == raft::role::follower
        && step.before.term == step.after->term && step.event != event_kind::tick)
      check_step_down(all, step);
  }

private:
  static bool is_removed(const cluster_view& all, const step_view& step, std::size_t who) {
    const auto removed = all.past.removed_at(all.lives[who].config.self);
    return removed > 0 && removed <= step.after->commit_index;
  }

  // Contact is only given up with a tick: everybody else who steps down in its own term is removed,
  // and not only on its way out.
  void check_step_down(const cluster_view& all, const step_view& step) const {
    const auto& log = all.members[step.who].log;
    const auto latest = log.configuration_at(log.last_index()).index;
    const auto& members = all.members_at(log, latest);
    require(latest <= step.after->commit_index
                && !raft::is_voter(members, all.lives[step.who].config.self),
            [&] {
              return called(all, step.who) + " steps down for the configuration at " + str(latest)
                     + ", and has committed up to " + str(step.after->commit_index);
            });
  }
};

} // namespace hamok::sim
