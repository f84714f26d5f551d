#pragma once

// Whom a node wants to be linked with, and when it looks for others (consensus.md, 5). Pure: the
// shell dials whoever of them is not linked, and tries again for as long as the answer is the same.

#include "hamok/raft/directory.hpp"
#include "hamok/raft/types.hpp"

#include <set>
#include <string>
#include <vector>

namespace hamok::raft {

/// What that depends on.
struct dialing_view {
  member_id self;
  bool rests = false;         ///< it has left: it wants no links
  configuration members = {}; ///< in force here; empty where there is no core
  std::vector<member_id> linked = {};
  std::vector<known_peer> known = {};   ///< what the directory has, this node or not
  std::vector<known_peer> awaited = {}; ///< who is to be added, and may not know of this cluster
};

struct dialing_plan {
  std::vector<known_peer> wanted; ///< each name once
  bool seek = false;              ///< the seeds, too
  std::set<std::string> kept;     ///< for `directory::keep`
};

/// A member dials the members; whoever is none dials everybody it has heard of, because one of them
/// may know of a cluster. It asks its seeds as well until it is linked with a member: all it knows
/// may be out of date, and guests know no more than itself.
[[nodiscard]] dialing_plan plan_dialing(const dialing_view& here);

} // namespace hamok::raft
