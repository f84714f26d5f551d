#pragma once

// Nothing is promised to others that a crash could take back (paper, 5.1).

#include "hamok/tests/sim/invariant.hpp"

#include <vector>

namespace hamok::sim {

/// What a member has promised survives its crash: a granted vote, its own candidacy, an
/// acknowledged entry (paper, 5.1: persistent state is updated on stable storage before responding
/// to RPCs). An acknowledged entry stays for as long as the term in which it was acknowledged.
class durability_promise final : public invariant {
public:
  const char* name() const noexcept override { return "durability promise"; }

  void sending(const cluster_view& all, const send_view& send) override {
    const auto& body = send.message->body;
    if (const auto* answer = std::get_if<raft::append_response>(&body); answer && answer->success)
      check_acknowledgement(all, send, *answer);
    if (const auto* vote = std::get_if<raft::vote_response>(&body);
        vote && vote->granted && !vote->pre_vote)
      check_vote(all, send.who, vote->request_term, send.to);
    if (const auto* request = std::get_if<raft::vote_request>(&body); request && !request->pre_vote)
      check_vote(all, send.who, request->term, send.who);
  }

  void stepped(const cluster_view& all, const step_view& step) override {
    const auto& member = all.members[step.who];
    const auto durable = step.after->durable_index;
    require(durable == 0 || member.synced.agrees(member.log, durable), [&] {
      return called(all, step.who) + " believes that index " + str(durable)
             + " survives a crash, which it would not";
    });
    if (step.log_changed_from > 0)
      check_kept(all, step.who);
  }

  void started(const cluster_view& all, std::size_t who) override { check_kept(all, who); }

private:
  struct promise {
    raft::term_t term = 0;
    raft::index_t index = 0;
    std::uint64_t chain = 0;
  };

  void check_acknowledgement(const cluster_view& all, const send_view& send,
                             const raft::append_response& answer) {
    const auto& member = all.members[send.who];
    require(member.synced_hard.term == answer.term, [&] {
      return called(all, send.who) + " acknowledges entries in term " + str(answer.term)
             + ", a crash would leave it in term " + str(member.synced_hard.term);
    });
    require(answer.match_index == 0 || member.synced.agrees(member.log, answer.match_index), [&] {
      return called(all, send.who) + " acknowledges index " + str(answer.match_index)
             + ", which would not survive a crash";
    });
    promises_.resize(all.members.size());
    auto& made = promises_[send.who];
    if (answer.term > made.term || answer.match_index > made.index)
      made = {answer.term, answer.match_index, member.log.chain_at(answer.match_index)};
  }

  void check_vote(const cluster_view& all, std::size_t who, raft::term_t term,
                  std::size_t candidate) const {
    const auto& hard = all.members[who].synced_hard;
    require(hard.term == term && all.lives.number_of(hard.vote) == candidate, [&] {
      return called(all, who) + " tells its vote for " + called(all, candidate) + " in term "
             + str(term) + ", which would not survive a crash";
    });
  }

  void check_kept(const cluster_view& all, std::size_t who) {
    promises_.resize(all.members.size());
    const auto& made = promises_[who];
    const auto& member = all.members[who];
    if (made.index == 0 || member.now.term != made.term)
      return;
    require(member.log.holds(made.index) && member.log.chain_at(made.index) == made.chain, [&] {
      return called(all, who) + " has dropped index " + str(made.index)
             + ", which it has acknowledged in the same term " + str(made.term);
    });
  }

  std::vector<promise> promises_; ///< of each member, the last and furthest
};

} // namespace hamok::sim
