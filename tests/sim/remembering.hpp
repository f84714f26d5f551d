#pragma once

// Which lives remember what they have promised. Who forgets never answers again (consensus.md, 4),
// so a cluster in which a majority has forgotten is at its end: safe, and of no use any more.

#include "hamok/tests/sim/views.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace hamok::sim {

class world;

/// `members` when those who remember when `also` has forgotten, and are called so, have gone. That
/// others who are called so go does no harm.
[[nodiscard]] raft::configuration without(const cluster_view& all, raft::configuration members,
                                          const std::vector<std::string>& names,
                                          std::size_t also = nobody);

/// Whether `members`, and all that its learners may be promoted to, would still have its majorities
/// when `also` had forgotten as well, and those with the names of `besides` did not vote.
[[nodiscard]] bool has_majority(const cluster_view& all, const raft::configuration& members,
                                std::size_t also = nobody,
                                const std::set<std::string>& besides = {});

/// Whether that is so for every configuration that may still come to count: those that are not
/// older than the last committed one, in whichever log; and also when those have gone who are
/// called `out`.
[[nodiscard]] bool majority_remembers(const cluster_view& all, std::size_t also,
                                      const std::vector<std::string>& out);

/// Whether the documented bound of founding allows that this life forgets: a majority of the list
/// that it has accepted still remembers, and somebody else is in the cluster already.
[[nodiscard]] bool founders_remember(const world& all, std::size_t also);

/// Whether no configuration in the log of anybody who remembers has its majorities, so that nothing
/// can ever be committed again.
[[nodiscard]] bool majority_has_forgotten(const cluster_view& all);

} // namespace hamok::sim
