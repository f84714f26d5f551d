#pragma once

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"

#include <map>

namespace hamok::sim {

/// Each life accepts exactly one list of founders, and belongs to one cluster for as long as it
/// lives (consensus.md, 5).
class one_list_per_life final : public invariant {
public:
  const char* name() const noexcept override { return "one list for each life"; }

  void saved(const cluster_view& all, const save_view& save) override {
    const auto& known = *save.now;
    if (known.cluster.none() || known.founders.empty())
      return;
    const auto [first, is_new] = accepted_.try_emplace(known.self, known);
    require(first->second.cluster == known.cluster && first->second.founders == known.founders,
            [&] {
              return called(all, save.who)
                     + " has accepted a list of founders, or joined their cluster, "
                     + "and does so for another one";
            });
  }

private:
  std::map<raft::member_id, raft::identity> accepted_;
};

} // namespace hamok::sim
