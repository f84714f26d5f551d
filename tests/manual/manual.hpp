#pragma once

// The manual as a list of cases. To add a collection: a file beside this one with its cases, each
// below a `covers` that names their lines of list.txt; and take those lines out of
// tests/manual_pending.txt.

#include "hamok/tests/cluster/cluster.hpp"

#include <initializer_list>
#include <set>
#include <string>

namespace hamok::test {

/// The lines of the manual that cases are about.
inline std::set<std::string>& covered_lines() {
  static std::set<std::string> all;
  return all;
}

/// What the test case below it is about.
struct covers {
  covers(std::initializer_list<const char*> lines) {
    for (const auto* line : lines)
      covered_lines().insert(line);
  }
};

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
