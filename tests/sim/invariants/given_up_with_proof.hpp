#pragma once

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"

#include <algorithm>
#include <map>

namespace hamok::sim {

/// A life that has accepted a list of founders is given up only when that list can never be
/// accepted by all: one of its founders has accepted another, or there is a cluster already.
/// Silence proves nothing, nor does another life of a founder (consensus.md, 5).
class given_up_with_proof final : public invariant {
public:
  const char* name() const noexcept override { return "a list is given up only when it is dead"; }

  void saved(const cluster_view& all, const save_view& save) override {
    const auto& before = *save.before;
    const auto& now = *save.now;
    if (now.self != before.self && raft::contains(before.founders, before.self) && !before.removed)
      require((!founded_.none() && founded_ != before.cluster) || is_dead(before), [&] {
        return called(all, all.lives.number_of(before.self))
               + " is given up although all may yet accept the list that it has accepted";
      });
    if (raft::contains(now.founders, now.self))
      accepted_.emplace(now.self, now.cluster);
  }

  void core_begins(const cluster_view&, const begin_view& begin) override {
    founded_ = begin.known->cluster;
  }

private:
  [[nodiscard]] bool is_dead(const raft::identity& list) const {
    return std::ranges::any_of(list.founders, [&](const raft::member_id& id) {
      const auto found = accepted_.find(id);
      return found != accepted_.end() && found->second != list.cluster;
    });
  }

  std::map<raft::member_id, raft::incarnation_id> accepted_; ///< the list, by its cluster
  raft::incarnation_id founded_;
};

} // namespace hamok::sim
