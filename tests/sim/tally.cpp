#include "hamok/tests/sim/tally.hpp"

#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hamok::sim {

void tally::stepped(counts& done, const cluster_view& all, const step_view& step) {
  done.add(count::steps);
  const auto& out = *step.out;
  if (out.rejected)
    done.add(count::messages_rejected);
  if (out.persist && out.persist->truncate_from) {
    done.add(count::truncations);
    done.add(count::entries_truncated, step.before.last_index + 1 - *out.persist->truncate_from);
  }
  if (out.proposal && out.proposal->refused == raft::refusal::overloaded)
    done.add(count::proposals_overloaded);
  else if (out.proposal && out.proposal->refused == raft::refusal::transferring)
    done.add(count::proposals_transferring);
  else if (out.proposal && out.proposal->refused)
    done.add(count::proposals_not_leader);
  count_elections(done, all.members[step.who], step);
  count_messages(done, all.lives, step);
  count_wishes(done, step);
  count_transfers(done, step);
  count_changes(done, all, step);
}

void tally::count_wishes(counts& done, const step_view& step) {
  using enum raft::change_refusal;
  static constexpr std::array refusals{
      std::pair{not_leader, count::wishes_not_leader},
      std::pair{not_ready, count::wishes_not_ready},
      std::pair{busy, count::wishes_busy},
      std::pair{transferring, count::wishes_transferring},
      std::pair{retired, count::wishes_retired},
      std::pair{too_old, count::wishes_too_old},
      std::pair{name_taken, count::wishes_name_taken},
      std::pair{no_such_member, count::wishes_no_such_member},
      std::pair{last_voter, count::wishes_last_voter},
      std::pair{quorum_at_risk, count::wishes_quorum_at_risk},
      std::pair{malformed, count::wishes_malformed},
  };
  const auto& answer = step.out->change;
  if (!answer)
    return;
  done.add(count::wishes);
  if (answer->done)
    done.add(count::wishes_done);
  for (const auto& [refusal, what] : refusals)
    if (answer->refused == refusal)
      done.add(what);
}

void tally::count_transfers(counts& done, const step_view& step) {
  const auto& answer = step.out->transfer;
  if (step.event == event_kind::transfer_leadership && !answer)
    done.add(count::transfers_begun);
  if (!answer)
    return;
  switch (*answer) {
  case raft::transfer_result::handed_over:
    return done.add(count::transfers_done);
  case raft::transfer_result::not_leader:
    return done.add(count::transfers_not_leader);
  case raft::transfer_result::no_successor:
    return done.add(count::transfers_no_successor);
  case raft::transfer_result::busy:
    return done.add(count::transfers_busy);
  case raft::transfer_result::timed_out:
    return done.add(count::transfers_timed_out);
  }
}

// What a leader has written about its members.
void tally::count_changes(counts& done, const cluster_view& all, const step_view& step) {
  const auto& log = all.members[step.who].log;
  if (step.before.role == raft::role::leader && step.after->role == raft::role::follower
      && step.before.term == step.after->term
      && !raft::is_voter(all.members_at(log, log.last_index()), all.lives[step.who].config.self))
    done.add(count::leaders_removed);
  const auto held = log.configuration_at(log.last_index());
  if (step.append_received || step.installed_index > 0 || step.log_changed_from == 0
      || held.index < step.log_changed_from)
    return;
  const auto& next = *held.members;
  const auto& before = all.members_at(log, held.index - 1);
  if (!before.outgoing.empty()) {
    done.add(count::joints_left);
    if (log.term_at(log.configuration_at(held.index - 1).index) != step.after->term)
      done.add(count::joints_recovered);
  } else if (next.outgoing.empty()) {
    done.add(next.learners.size() < before.learners.size() ? count::learners_removed
                                                           : count::learners_added);
  } else {
    count_joint(done, all, step, next);
  }
}

void tally::count_joint(counts& done, const cluster_view& all, const step_view& step,
                        const raft::configuration& next) {
  const auto news = std::ranges::count_if(
      next.voters, [&](const raft::member_id& id) { return !raft::contains(next.outgoing, id); });
  if (news > 0) {
    done.add(next.voters.size() == next.outgoing.size() ? count::replacements : count::promotions);
    return;
  }
  done.add(count::removals);
  for (const auto& id : next.outgoing) {
    const auto who = all.lives.number_of(id);
    if (raft::contains(next.voters, id))
      continue;
    if (who == step.who)
      done.add(count::removals_of_leader);
    else if (!all.members[who].up)
      done.add(count::removals_while_down);
  }
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
    if (std::holds_alternative<raft::install_response>(sent.message.body)) {
      unanswered_[to] = 0;
    } else if (const auto* answer = std::get_if<raft::append_response>(&sent.message.body)) {
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
