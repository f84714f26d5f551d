#pragma once

// A vote is given once in a term, over restarts too (paper, 5.2).

#include "hamok/tests/sim/invariant.hpp"

#include <map>
#include <utility>

namespace hamok::sim {

/// Each server votes for at most one candidate in a given term (paper, 5.2), whatever it forgets.
class one_vote_per_term final : public invariant {
public:
  const char* name() const noexcept override { return "one vote per term"; }

  void sending(const cluster_view& all, const send_view& send) override {
    const auto& body = send.message->body;
    if (const auto* vote = std::get_if<raft::vote_response>(&body);
        vote && vote->granted && !vote->pre_vote)
      told(all, send.who, vote->request_term, send.to);
    if (const auto* request = std::get_if<raft::vote_request>(&body); request && !request->pre_vote)
      told(all, send.who, request->term, send.who);
  }

  void stepped(const cluster_view& all, const step_view& step) override {
    const auto& before = step.before;
    const auto& after = *step.after;
    require(before.term != after.term || before.vote == nobody || before.vote == after.vote, [&] {
      return called(all, step.who) + " takes back its vote for " + called(all, before.vote)
             + " in term " + str(after.term);
    });
  }

private:
  void told(const cluster_view& all, std::size_t who, raft::term_t term, std::size_t candidate) {
    const auto [known, first] = votes_.emplace(std::pair{who, term}, candidate);
    const auto before = known->second;
    require(first || before == candidate, [&] {
      return called(all, who) + " votes in term " + str(term) + " for " + called(all, before)
             + " and for " + called(all, candidate);
    });
  }

  std::map<std::pair<std::size_t, raft::term_t>, std::size_t> votes_;
};

} // namespace hamok::sim
