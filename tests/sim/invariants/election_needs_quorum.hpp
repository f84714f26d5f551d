#pragma once

// Who leads was elected, by a majority of each half (paper, 5.2; thesis, 4.3).

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <vector>

namespace hamok::sim {

/// A leader has the votes of a majority of the voters in its log, and of both majorities while a
/// joint configuration is in force. Votes count that have left their voter, by lives and not by
/// names; its own counts when it survives a crash and it is a voter.
class election_needs_quorum final : public invariant {
public:
  const char* name() const noexcept override { return "an election needs a quorum of votes"; }

  void sending(const cluster_view&, const send_view& send) override {
    const auto* vote = std::get_if<raft::vote_response>(&send.message->body);
    if (vote != nullptr && vote->granted && !vote->pre_vote)
      votes_.emplace(vote->request_term, send.to, send.who);
  }

  void stepped(const cluster_view& all, const step_view& step) override {
    if (step.before.role == raft::role::leader || step.after->role != raft::role::leader)
      return;
    const auto& log = all.members[step.who].log;
    const auto& members = all.members_at(log, step.before.last_index);
    check_half(all, step, members.voters);
    if (!members.outgoing.empty())
      check_half(all, step, members.outgoing);
  }

private:
  void check_half(const cluster_view& all, const step_view& step,
                  const std::vector<raft::member_id>& voters) const {
    const auto term = step.after->term;
    const auto& own = all.members[step.who].synced_hard;
    const auto given = std::ranges::count_if(voters, [&](const raft::member_id& id) {
      const auto who = all.lives.number_of(id);
      if (who == step.who)
        return own.term == term && own.vote == id;
      return votes_.contains({term, step.who, who});
    });
    require(static_cast<std::size_t>(given) > voters.size() / 2, [&] {
      return called(all, step.who) + " leads term " + str(term) + " with the votes of " + str(given)
             + " of " + str(voters.size()) + " voters";
    });
  }

  std::set<std::tuple<raft::term_t, std::size_t, std::size_t>> votes_; ///< for whom, by whom
};

} // namespace hamok::sim
