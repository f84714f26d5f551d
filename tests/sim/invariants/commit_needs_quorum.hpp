#pragma once

// What is called committed is on the disks of a majority, and stays there.

#include "hamok/tests/sim/invariant.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace hamok::sim {

/// What is committed survives on the disks of a majority at that very moment (paper, 5.3), of both
/// majorities while a joint configuration is in force (thesis, 4.3), and from then on: no member
/// that knows the term of a commit ever drops what was committed in it.
class commit_needs_quorum final : public invariant {
public:
  const char* name() const noexcept override { return "commit needs a quorum of disks"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    if (checked_ == all.past.last_index())
      return;
    checked_ = all.past.last_index(); // a chain hash stands for all before it
    const auto chain = all.past.at(checked_).chain;
    // Counted is by the configuration in force before the step: with the commit, the next may come.
    const auto& log = all.members[step.who].log;
    const auto& members = all.members_at(log, std::max(step.before.last_index, checked_));
    check_half(all, step, members.voters, chain);
    if (!members.outgoing.empty())
      check_half(all, step, members.outgoing, chain);
  }

  void synced(const cluster_view& all, std::size_t who) override {
    held_.resize(all.members.size());
    const auto& member = all.members[who];
    auto& held = held_[who];
    const auto keeps = [&](raft::index_t index) {
      return member.synced.holds(index)
             && member.synced.chain_at(index) == all.past.at(index).chain;
    };
    if (held > 0 && !keeps(held)) {
      require(member.synced_hard.term < all.past.at(held).commit_term, [&] {
        return called(all, who) + " has dropped index " + str(held)
               + ", which was committed in term " + str(all.past.at(held).commit_term);
      });
      while (held > 0 && !keeps(held))
        --held;
    }
    while (held < all.past.last_index() && keeps(held + 1))
      ++held;
  }

private:
  void check_half(const cluster_view& all, const step_view& step,
                  const std::vector<raft::member_id>& voters, std::uint64_t chain) const {
    // Lives, not names: what another life of a name has is not what this one has promised.
    const auto holders = std::ranges::count_if(voters, [&](const raft::member_id& id) {
      const auto who = all.lives.number_of(id);
      const auto& disk = all.members[who].synced;
      return who != nobody && disk.holds(checked_) && disk.chain_at(checked_) == chain;
    });
    require(static_cast<std::size_t>(holders) > voters.size() / 2, [&] {
      return called(all, step.who) + " calls index " + str(checked_) + " committed in term "
             + str(step.after->term) + ", which survives on " + str(holders) + " of "
             + str(voters.size()) + " voters";
    });
  }

  raft::index_t checked_ = 0;
  std::vector<raft::index_t> held_; ///< by each member, of what is committed
};

} // namespace hamok::sim
