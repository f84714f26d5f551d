#pragma once

// What must hold in every scenario, whatever it expects. A broken one throws, so that no rewritten
// expectation can make it look right.

#include "hamok/raft/core.hpp"
#include "hamok/tests/unit/raft/disk.hpp"

#include <map>
#include <string>

namespace hamok::script {

class invariants {
public:
  /// Election safety: at most one leader in a term (paper, 5.2).
  void leads(const std::string& name, raft::term_t term);

  /// State machine safety: nobody commits another entry at the same index (paper, 5.4.3).
  void commits(const std::string& name, const raft::committed_entries& committed);

  /// The same entries lead to the same state everywhere, by whatever way it has come to a member.
  void is_state(const std::string& name, raft::index_t index, const std::string& state);

  /// Nothing is promised that a crash could take back (figure 2).
  static void promises(const std::string& name, const raft::outbound& item,
                       const raft::core& sender, const raft::test::disk& disk);

private:
  std::map<raft::term_t, std::string> leaders_;
  std::map<raft::index_t, raft::entry> committed_;
  std::map<raft::index_t, std::string> states_;
};

} // namespace hamok::script
