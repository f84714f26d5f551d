#pragma once

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"

#include <vector>

namespace hamok::sim {

/// That a quorum is lost is said only when a majority has forgotten: of the configuration in force
/// at that node, or of one that is committed. Never because of silence, and never in a cluster that
/// has come to rest.
class told_losses_are_true final : public invariant {
public:
  const char* name() const noexcept override { return "only a lost quorum is told"; }

  void noticed(const cluster_view& all, const notice_view& notice) override {
    if (notice.what != raft::notice::quorum_lost)
      return;
    const auto* core = all.members[notice.who].core;
    require(core != nullptr && (is_lost(all, core->members()) || any_committed_is_lost(all)),
            [&] { return called(all, notice.who) + " says that a quorum is lost that is not"; });
  }

private:
  static bool is_lost(const cluster_view& all, const raft::configuration& members) {
    std::vector<raft::member_id> lost;
    for (const auto& id : raft::others(members, {})) {
      // A member that is out of reach cannot be told from one that has forgotten when somebody has
      // started its name twice.
      const auto number = all.lives.number_of(id);
      if (all.lives[number].gone || all.lives.has_twin(number))
        lost.push_back(id);
    }
    return raft::count_votes(members, {}, lost) == raft::vote_result::lost;
  }

  static bool any_committed_is_lost(const cluster_view& all) {
    return all.past.any_members_since(
        0, [&](const raft::configuration& each) { return is_lost(all, each); });
  }
};

} // namespace hamok::sim
