#pragma once

// How long a leader may take to make all logs equal to its own: a round trip for each term in which
// they conflict (paper, end of 5.3) and one for each batch, not one for each entry.

#include "hamok/raft/types.hpp"
#include "hamok/tests/sim/dice.hpp"
#include "hamok/tests/sim/shadow_log.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace hamok::sim {

class world;

/// Watches it from the moment when all members follow the leader and nothing goes wrong any more.
class repair {
public:
  repair(const world& all, std::size_t leader);

  /// Whether every log holds what the leader held at the beginning. Throws `violation` when one is
  /// late.
  [[nodiscard]] bool done();

private:
  /// What has to be done for one member.
  struct work {
    std::size_t conflicting_terms = 0; ///< in what the member has to drop
    std::size_t batches = 0;           ///< that it lacks
    raft::index_t common = 0;          ///< up to here the logs were equal
    timestamp due{0};
  };

  [[nodiscard]] bool takes_part(std::size_t who) const;
  [[nodiscard]] work plan_for(std::size_t who) const;
  [[nodiscard]] duration time_for_snapshot(const work& task) const;
  [[nodiscard]] std::size_t batches_from(raft::index_t first) const;

  const world& all_;
  std::size_t leader_;
  shadow_log log_;                         ///< of the leader, at the beginning
  std::vector<std::optional<work>> tasks_; ///< none: it takes no part
};

} // namespace hamok::sim
