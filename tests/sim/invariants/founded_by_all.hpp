#pragma once

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"

#include <set>
#include <tuple>
#include <vector>

namespace hamok::sim {

/// Whoever begins as a founder knows that all founders have accepted this very list; and nobody
/// begins in a cluster that is not founded.
class founded_by_all final : public invariant {
public:
  const char* name() const noexcept override { return "a cluster is founded by all its founders"; }

  void saved(const cluster_view&, const save_view& save) override {
    if (raft::contains(save.now->founders, save.now->self))
      accepted_.insert({save.now->self, save.now->cluster, save.now->founders});
  }

  void core_begins(const cluster_view& all, const begin_view& begin) override {
    if (!all.plan.founding)
      return;
    const auto& known = *begin.known;
    for (const auto& id : known.founders)
      require(accepted_.contains({id, known.cluster, known.founders}), [&] {
        return called(all, begin.who) + " begins in a cluster whose founder "
               + called(all, all.lives.number_of(id)) + " has not accepted the list";
      });
  }

private:
  std::set<std::tuple<raft::member_id, raft::incarnation_id, std::vector<raft::member_id>>>
      accepted_;
};

} // namespace hamok::sim
