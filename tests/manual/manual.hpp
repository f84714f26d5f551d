#pragma once

// For cases of the manual that need the nodes themselves: three of them in one process. All other
// cases are on `members`, and run on three processes as well.

#include "hamok/tests/cluster/cluster.hpp"
#include "hamok/tests/manual/covers.hpp"

#include <string>
#include <vector>

namespace hamok::test {

/// Three members in one process, which have a leader.
struct three_members : cluster {
  explicit three_members(const std::function<void(node_config&)>& adjust = nullptr,
                         transport kind = transport::local)
      : cluster(kind, 3, adjust) {
    start_all();
    leader = agreed_leader();
    REQUIRE(!leader.empty());
    for (const auto& name : names())
      if (name != leader)
        followers.push_back(name);
  }

  std::string leader;
  std::vector<std::string> followers;
};

} // namespace hamok::test
