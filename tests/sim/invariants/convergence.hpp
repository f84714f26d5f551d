#pragma once

// A healed cluster comes to one leader, one log and one state.

#include "hamok/tests/sim/invariant.hpp"

#include <algorithm>

namespace hamok::sim {

/// Once the network is whole again, all members have one leader, one log and one state. The run
/// waits for it only so long: see `world::settle`.
class convergence final : public invariant {
public:
  const char* name() const noexcept override { return "convergence"; }

  void finished(const cluster_view& all) override {
    const auto one = std::ranges::find(all.members, true, &member_view::up);
    require(one != all.members.end(), [] { return std::string{"nobody is alive"}; });
    const auto& first = *one;
    for (std::size_t who = 0; who < all.members.size(); ++who) {
      const auto& member = all.members[who];
      if (all.lives[who].gone)
        continue;
      require(member.up && member.log.last_index() == first.log.last_index()
                  && member.log.agrees(first.log, first.log.last_index()),
              [&] { return called(all, who) + " has another log than others"; });
      require(member.now.commit_index == member.log.last_index()
                  && member.applied_index == member.log.last_index(),
              [&] {
                return called(all, who) + " has committed " + str(member.now.commit_index)
                       + " and applied " + str(member.applied_index) + " of "
                       + str(member.log.last_index());
              });
      require(member.now.leader != nobody && member.now.leader == first.now.leader
                  && member.now.term == first.now.term,
              [&] { return called(all, who) + " follows another leader"; });
      check_part(all, who);
    }
  }

private:
  /// Whoever is alive votes, and nobody else takes part.
  void check_part(const cluster_view& all, std::size_t who) const {
    const auto& core = *all.members[who].core;
    const auto& members = core.members();
    require(core.standing() == raft::standing::voter && members.voters.size() == all.lives.living(),
            [&] {
              return called(all, who) + " is no voter, or knows " + str(members.voters.size())
                     + " of " + str(all.lives.living());
            });
    require(members.outgoing.empty() && members.learners.empty(),
            [&] { return called(all, who) + " knows of a change that has no end"; });
  }
};

} // namespace hamok::sim
