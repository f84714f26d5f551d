// The rules of candidates (paper, 5.2), with pre-vote (thesis, 9.6) before each round of votes.

#include "hamok/raft/core.hpp"
#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <iterator>

namespace hamok::raft {

void core::become_candidate() {
  enter_candidacy();
  begin_pre_vote();
}

candidate_state& core::enter_candidacy() {
  set_leader(std::nullopt);
  auto& state = role_.emplace<candidate_state>();
  state.candidacy_end = now_ + config_.election_timeout;
  return state;
}

void core::begin_pre_vote() {
  auto& state = std::get<candidate_state>(role_);
  state.pre_vote = true;
  state.transfer = false;
  state.round_end = now_ + config_.follower_max_idle / 2;
  state.next_round.reset();
  state.refused.clear();
  state.granted = {config_.self};
  request_votes();
  tally();
}

void core::begin_vote(bool transfer) {
  if (role() != role::candidate) // at the leader's wish there is no pre-vote (thesis, 3.10)
    enter_candidacy();
  // "Increment currentTerm, vote for self, send RequestVote RPCs" (figure 2): what is sent promises
  // the own vote, so it waits until that is durable.
  ++hard_.term;
  hard_.vote = config_.self;
  persist_hard_state();
  auto& state = std::get<candidate_state>(role_);
  state.pre_vote = false;
  state.transfer = transfer;
  state.round_end = state.candidacy_end; // the disk comes first
  state.vote_sequence = last_sequence_;
  state.next_round.reset();
  state.granted.clear();
  state.refused.clear();
  request_votes();
}

void core::request_votes() {
  auto& state = std::get<candidate_state>(role_);
  state.resend_at = now_ + config_.heartbeat;
  vote_request request;
  request.term = state.pre_vote ? hard_.term + 1 : hard_.term;
  request.last_log_index = log_.last_index();
  request.last_log_term = log_.last_term();
  request.pre_vote = state.pre_vote;
  request.transfer = state.transfer;
  for (const auto& peer : others(members(), config_.self)) {
    if (!is_voter(members(), peer) || contains(state.granted, peer)
        || contains(state.refused, peer))
      continue;
    if (state.pre_vote)
      send(peer, request);
    else
      send_when_durable(peer, request);
  }
}

void core::own_vote_is_durable(std::uint64_t sequence) {
  auto* state = std::get_if<candidate_state>(&role_);
  if (state == nullptr || state->pre_vote || state->vote_sequence > sequence
      || contains(state->granted, config_.self))
    return;
  state->granted.push_back(config_.self);
  // Votes cost the others a write to their disks as well.
  state->round_end = now_ + std::max(config_.follower_max_idle / 2, config_.election_timeout / 3);
  tally();
}

void core::candidate_tick() {
  auto& state = std::get<candidate_state>(role_);
  if (now_ >= state.candidacy_end) {
    become_follower();
  } else if (state.next_round) {
    if (now_ >= *state.next_round)
      begin_pre_vote();
  } else if (now_ >= state.round_end) {
    lose_round();
  } else if (now_ >= state.resend_at) {
    // Requests that wait for the own vote are on their way already.
    if (contains(state.granted, config_.self))
      request_votes();
    else
      state.resend_at = now_ + config_.heartbeat;
  }
}

void core::handle(const member_id& from, const vote_response& response) {
  auto* state = std::get_if<candidate_state>(&role_);
  if (state == nullptr || response.pre_vote != state->pre_vote
      || response.request_term != hard_.term + (state->pre_vote ? 1 : 0)) {
    reject("answer to a vote that is over");
    return;
  }
  // A later grant replaces a refusal: the voter has lost its leader since (consensus.md, 2).
  if (response.granted) {
    std::erase(state->refused, from);
    if (!contains(state->granted, from))
      state->granted.push_back(from);
  } else if (!contains(state->granted, from) && !contains(state->refused, from)) {
    state->refused.push_back(from);
  }
  tally();
}

void core::tally() {
  auto& state = std::get<candidate_state>(role_);
  // Who cannot be reached does not answer: with two left of three, each would wait for the third
  // when both have asked for votes at once.
  auto without = state.refused;
  std::ranges::copy_if(links_.all_down(), std::back_inserter(without),
                       [&](const member_id& voter) { return !contains(state.granted, voter); });
  switch (count_votes(members(), state.granted, without)) {
  case vote_result::pending:
    return;
  case vote_result::won:
    if (state.pre_vote)
      begin_vote(false);
    else
      become_leader();
    return;
  case vote_result::lost:
    lose_round();
    return;
  }
}

void core::lose_round() {
  auto& state = std::get<candidate_state>(role_);
  if (state.next_round)
    return;
  // No waiting for answers that cannot help any more (consensus.md, 1). One that does come in the
  // pause still counts.
  state.next_round = now_ + random_.between(config_.min_vote_pause, vote_pause_);
  vote_pause_ = std::min(2 * vote_pause_, config_.follower_max_idle);
}

} // namespace hamok::raft
