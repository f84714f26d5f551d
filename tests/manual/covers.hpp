#pragma once

// Which lines of the manual cases are about. To add a collection: a file beside this one with its
// cases, below a `covers_everywhere` that names their lines of list.txt; and take those lines out
// of tests/manual_pending.txt.

#include <initializer_list>
#include <set>
#include <string>

namespace hamok::test {

/// The lines of the manual that cases are about.
inline std::set<std::string>& covered_lines() {
  static std::set<std::string> all;
  return all;
}

/// Those whose cases run on three processes as well. The others are named in
/// tests/manual/one_process.txt, with the reason.
inline std::set<std::string>& lines_covered_everywhere() {
  static std::set<std::string> all;
  return all;
}

/// What the test case below it is about, on a cluster in one process.
struct covers {
  covers(std::initializer_list<const char*> lines) {
    for (const auto* line : lines)
      covered_lines().insert(line);
  }
};

/// The same for a case that runs in one process and on three.
struct covers_everywhere : covers {
  covers_everywhere(std::initializer_list<const char*> lines) : covers(lines) {
    for (const auto* line : lines)
      lines_covered_everywhere().insert(line);
  }
};

} // namespace hamok::test
