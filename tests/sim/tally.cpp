#include "hamok/tests/sim/tally.hpp"

#include <algorithm>

namespace hamok::sim {

void tally::stepped(counts& done, const roster& lives, const member_view& member,
                    const step_view& step) {
  done.add(count::steps);
  const auto& out = *step.out;
  if (out.rejected)
    done.add(count::messages_rejected);
  if (out.persist && out.persist->truncate_from) {
    done.add(count::truncations);
    done.add(count::entries_truncated, step.before.last_index + 1 - *out.persist->truncate_from);
  }
  if (out.proposal && out.proposal->refused)
    done.add(*out.proposal->refused == raft::refusal::overloaded ? count::proposals_overloaded
                                                                 : count::proposals_not_leader);
  count_elections(done, member, step);
  count_messages(done, lives, step);
}

void tally::count_elections(counts& done, const member_view& member, const step_view& step) const {
  using enum raft::role;
  const auto& before = step.before;
  const auto& after = *step.after;
  if (after.role == candidate && after.term > before.term && after.vote == step.who)
    done.add(count::candidacies);
  if (before.role == follower && after.role == candidate && step.timeout_now)
    done.add(count::candidacies_at_leaders_wish);
  if (before.role != leader && after.role == leader)
    done.add(count::elections_won);
  if (before.role == leader && after.role != leader)
    done.add(after.term == before.term ? count::quorum_lost_by_leader
                                       : count::higher_term_seen_by_leader);
  count_refused_pre_vote(done, member, step);
}

// Stickiness is what is left when neither term nor log speaks against the candidate.
void tally::count_refused_pre_vote(counts& done, const member_view& member,
                                   const step_view& step) const {
  if (!step.vote_request || !step.vote_request->pre_vote || step.out->rejected)
    return;
  const auto& request = *step.vote_request;
  const auto last_term = member.log.last_term();
  const bool up_to_date =
      request.last_log_term > last_term
      || (request.last_log_term == last_term && request.last_log_index >= step.before.last_index);
  const bool granted =
      std::any_of(step.out->send.begin(), step.out->send.end(), [](const raft::outbound& sent) {
        const auto* answer = std::get_if<raft::vote_response>(&sent.message.body);
        return answer && answer->granted;
      });
  if (up_to_date && request.term > step.before.term && !granted)
    done.add(count::pre_votes_refused_by_stickiness);
}

void tally::count_messages(counts& done, const roster& lives, const step_view& step) {
  if (step.after->term > step.before.term)
    for (auto& waiting : unanswered_) {
      done.add(count::held_answers_dropped, waiting);
      waiting = 0;
    }
  unanswered_.resize(lives.size());
  unacknowledged_.resize(lives.size());
  if (step.append_received && !step.out->rejected && step.from != nobody)
    ++unanswered_[step.from];
  if (step.append_answer && step.from != nobody)
    unacknowledged_[step.from] = 0;
  bool pre_vote = false;
  for (const auto& sent : step.out->send) {
    const auto to = lives.number_of(sent.to);
    if (const auto* answer = std::get_if<raft::append_response>(&sent.message.body)) {
      unanswered_[to] = 0;
      if (!answer->success)
        done.add(count::appends_refused);
    } else if (const auto* request = std::get_if<raft::append_request>(&sent.message.body)) {
      if (!request->entries.empty() && unacknowledged_[to]++ > 0)
        done.add(count::appends_pipelined);
    } else if (const auto* vote = std::get_if<raft::vote_request>(&sent.message.body)) {
      pre_vote = pre_vote || vote->pre_vote;
    }
  }
  if (pre_vote)
    done.add(count::pre_votes);
}

} // namespace hamok::sim
