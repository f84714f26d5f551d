#pragma once

// Who was removed never takes part again (consensus.md, 4).

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"
#include "hamok/tests/sim/written_members.hpp"

namespace hamok::sim {

/// A life whose removal is committed is in no configuration behind that, also when no list
/// remembers it any more.
class retired_never_return final : public invariant {
public:
  const char* name() const noexcept override { return "retired lives never return"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    for_each_written(all, step, [&](raft::index_t index, const auto&, const auto& next) {
      const auto& log = all.members[step.who].log;
      for (const auto& id : raft::others(next, {})) {
        const auto removed = all.past.removed_at(id);
        require(removed == 0 || removed >= index
                    || log.chain_at(removed) != all.past.at(removed).chain,
                [&] {
                  return called(all, step.who) + " lets " + called(all, all.lives.number_of(id))
                         + " in again at index " + str(index) + ", which was removed at index "
                         + str(removed);
                });
      }
    });
  }
};

} // namespace hamok::sim
