#pragma once

// A healed cluster comes to one leader, one log and one state.

#include "hamok/tests/sim/invariant.hpp"

namespace hamok::sim {

/// Once the network is whole again, all members have one leader, one log and one state. The run
/// waits for it only so long: see `world::settle`.
class convergence final : public invariant {
public:
  const char* name() const noexcept override { return "convergence"; }

  void finished(const cluster_view& all) override {
    const auto& first = all.members.front();
    for (std::size_t who = 0; who < all.members.size(); ++who) {
      const auto& member = all.members[who];
      require(member.up && member.log.last_index() == first.log.last_index()
                  && member.log.agrees(first.log, first.log.last_index()),
              [&] { return called(all, who) + " has another log than " + called(all, 0); });
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
    }
  }
};

} // namespace hamok::sim
