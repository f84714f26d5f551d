#pragma once

// A new leader has all that was ever committed (paper, 5.4 and figure 3).

#include "hamok/tests/sim/invariant.hpp"

namespace hamok::sim {

/// If an entry is committed in a given term, it is present in the logs of the leaders of all
/// higher-numbered terms (paper, figure 3).
class leader_completeness final : public invariant {
public:
  const char* name() const noexcept override { return "leader completeness"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    if (step.before.role != raft::role::leader && step.after->role == raft::role::leader)
      check_new_leader(all, step.who);
    for (; checked_ < all.past.last_index(); ++checked_)
      for (std::size_t who = 0; who < all.members.size(); ++who)
        check_entry(all, who, checked_ + 1);
  }

private:
  void check_new_leader(const cluster_view& all, std::size_t who) const {
    auto index = all.past.last_index();
    while (index > 0 && all.past.at(index).commit_term >= all.members[who].now.term)
      --index;
    if (index > 0)
      check_entry(all, who, index);
  }

  void check_entry(const cluster_view& all, std::size_t who, raft::index_t index) const {
    const auto& member = all.members[who];
    const auto& committed = all.past.at(index);
    if (!member.up || member.now.role != raft::role::leader
        || member.now.term <= committed.commit_term)
      return;
    require(member.log.holds(index) && member.log.chain_at(index) == committed.chain, [&] {
      return called(all, who) + " leads term " + str(member.now.term)
             + " without the log up to index " + str(index) + ", which was committed in term "
             + str(committed.commit_term);
    });
  }

  raft::index_t checked_ = 0;
};

} // namespace hamok::sim
