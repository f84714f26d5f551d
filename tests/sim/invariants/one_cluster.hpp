#pragma once

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"

#include <optional>

namespace hamok::sim {

/// There is one cluster, ever: every core begins behind the same founders, in the cluster of the
/// first. (Nobody forgets beyond what the rules of founding allow.)
class one_cluster final : public invariant {
public:
  const char* name() const noexcept override { return "never two clusters"; }

  void core_begins(const cluster_view& all, const begin_view& begin) override {
    if (!first_)
      first_ = *begin.known;
    require(begin.known->cluster == first_->cluster && begin.known->founders == first_->founders,
            [&] { return called(all, begin.who) + " begins in a second cluster"; });
    require(begin.base == nullptr
                || (begin.base->index == 0 && begin.base->members.voters == first_->founders
                    && raft::others(begin.base->members, {}).size() == first_->founders.size()),
            [&] { return called(all, begin.who) + " begins behind another base"; });
  }

private:
  std::optional<raft::identity> first_;
};

} // namespace hamok::sim
