#pragma once

// Terms, commit index and what was handed out only grow (paper, figure 2: "increases
// monotonically").

#include "hamok/tests/sim/invariant.hpp"

#include <algorithm>
#include <vector>

namespace hamok::sim {

/// Terms only grow, also over restarts as far as anybody was promised something in them. What is
/// committed stays committed for as long as the member remembers.
class nothing_goes_back final : public invariant {
public:
  const char* name() const noexcept override { return "terms and commit never go back"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    const auto& before = step.before;
    const auto& after = *step.after;
    require(after.term >= before.term, [&] {
      return called(all, step.who) + " goes back from term " + str(before.term) + " to "
             + str(after.term);
    });
    require(after.commit_index >= before.commit_index, [&] {
      return called(all, step.who) + " goes back from commit index " + str(before.commit_index)
             + " to " + str(after.commit_index);
    });
    require(after.delivered_index >= before.delivered_index, [&] {
      return called(all, step.who) + " will hand out index " + str(before.delivered_index)
             + " again";
    });
  }

  void sending(const cluster_view& all, const send_view& send) override {
    const auto& body = send.message->body;
    if (const auto* answer = std::get_if<raft::append_response>(&body); answer && answer->success)
      promised(all, send.who, answer->term);
    if (const auto* vote = std::get_if<raft::vote_response>(&body);
        vote && vote->granted && !vote->pre_vote)
      promised(all, send.who, vote->request_term);
    if (const auto* request = std::get_if<raft::append_request>(&body))
      promised(all, send.who, request->term);
  }

  void started(const cluster_view& all, std::size_t who) override {
    promised_.resize(all.members.size());
    require(all.members[who].now.term >= promised_[who], [&] {
      return called(all, who) + " starts in term " + str(all.members[who].now.term)
             + ", having promised something in term " + str(promised_[who]);
    });
  }

private:
  void promised(const cluster_view& all, std::size_t who, raft::term_t term) {
    promised_.resize(all.members.size());
    promised_[who] = std::max(promised_[who], term);
  }

  std::vector<raft::term_t> promised_; ///< highest term of each member's promises
};

} // namespace hamok::sim
