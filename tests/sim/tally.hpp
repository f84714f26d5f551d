#pragma once

// Counts what a core does, as far as an observer of its steps can tell.

#include "hamok/tests/sim/counts.hpp"
#include "hamok/tests/sim/views.hpp"

#include <cstddef>
#include <vector>

namespace hamok::sim {

/// Of one core, from its start on.
class tally {
public:
  void stepped(counts& done, const cluster_view& all, const step_view& step);

private:
  void count_elections(counts& done, const member_view& member, const step_view& step) const;
  static void count_wishes(counts& done, const step_view& step);
  static void count_transfers(counts& done, const step_view& step);
  static void count_changes(counts& done, const cluster_view& all, const step_view& step);
  static void count_joint(counts& done, const cluster_view& all, const step_view& step,
                          const raft::configuration& next);
  void count_messages(counts& done, const roster& lives, const step_view& step);
  void count_refused_pre_vote(counts& done, const member_view& member, const step_view& step) const;

  std::vector<std::size_t> unanswered_;     ///< appends received, by sender
  std::vector<std::size_t> unacknowledged_; ///< appends with entries sent, by receiver
};

} // namespace hamok::sim
