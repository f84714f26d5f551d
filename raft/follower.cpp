// The rules of followers (paper, 5.2 and 5.3), and of voters in every role.

#include "hamok/raft/core.hpp"
#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hamok::raft {

void core::become_follower() {
  set_leader(std::nullopt);
  if (auto* state = std::get_if<follower_state>(&role_)) {
    state->leader_link_down = false;
    state->refused.clear();
    return;
  }
  if (const auto* leader = std::get_if<leader_state>(&role_); leader && leader->transfer)
    out_.transfer = transfer_result::handed_over;
  role_ = follower_state{};
  reset_election_deadline();
}

void core::follower_tick() {
  const auto& state = std::get<follower_state>(role_);
  if (state.election_deadline && now_ >= *state.election_deadline)
    become_candidate();
}

void core::reset_election_deadline() {
  campaign_within(config_.follower_max_idle, 2 * config_.follower_max_idle);
}

void core::campaign_within(duration shortest, duration longest) {
  auto* state = std::get_if<follower_state>(&role_);
  if (state == nullptr)
    return;
  state->election_deadline.reset();
  if (may_campaign())
    state->election_deadline = now_ + random_.between(shortest, longest);
}

void core::hear_from_leader(const member_id& leader) {
  if (role() != role::follower)
    become_follower();
  set_leader(leader);
  auto& state = std::get<follower_state>(role_);
  state.last_contact = now_;
  state.leader_link_down = false;
  state.refused.clear();
  vote_pause_ = config_.max_vote_pause;
  reset_election_deadline();
}

void core::refuse_older_term(const member_id& from) {
  // 5.1: a stale leader learns of the new term, and of nothing else: it may lead in that one by
  // then.
  append_response answer;
  answer.term = hard_.term;
  send(from, answer);
}

bool core::hear_request(const member_id& from, std::uint64_t round) {
  if (leader_ && *leader_ != from) {
    reject("second leader in one term");
    return false;
  }
  const bool first_contact = leader_ != from;
  hear_from_leader(from);
  auto& heard = std::get<follower_state>(role_).heard_round;
  out_.heartbeat = first_contact || round > heard;
  heard = first_contact ? round : std::max(heard, round);
  return true;
}

bool core::has_configuration() const noexcept {
  return !members().voters.empty();
}

// -- entries --------------------------------------------------------------------------------------

void core::handle(const member_id& from, append_request&& request) {
  if (request.term < hard_.term) {
    refuse_older_term(from);
    return;
  }
  if (!hear_request(from, request.round))
    return;
  if (!has_configuration()) {
    refuse_append(from, request);
    return;
  }
  const auto prev = request.prev_log_index;
  const bool compacted = prev < log_.base().index; // committed, so certainly the same there
  if (!compacted && log_.term_at(prev) != request.prev_log_term) {
    if (prev <= commit_index_)
      reject("append request that contradicts a committed entry");
    else
      refuse_append(from, request);
    return;
  }
  accept_entries(from, std::move(request));
}

void core::accept_entries(const member_id& from, append_request&& request) {
  const auto match = request.prev_log_index + request.entries.size();
  auto index = request.prev_log_index + 1;
  auto item = request.entries.begin();
  // 5.3: what is there already stays, however old the request is.
  while (item != request.entries.end()
         && (index <= log_.base().index || log_.term_at(index) == item->term)) {
    ++item;
    ++index;
  }
  if (item != request.entries.end()) {
    if (index <= commit_index_) {
      reject("append request that contradicts a committed entry");
      return;
    }
    if (index > log_.first_index() && item->cluster_time < log_.at(index - 1).cluster_time) {
      reject("append request that turns the cluster's clock back");
      return;
    }
    if (index <= log_.last_index())
      truncate_from(index);
    append_entries({std::make_move_iterator(item), std::make_move_iterator(request.entries.end())},
                   index);
  }
  // Only what this request has proved to be equal counts (figure 2: "index of last new entry").
  commit_to(std::min(request.leader_commit, match));
  acknowledge(from, request.round, match);
}

void core::acknowledge(const member_id& to, std::uint64_t round, index_t match) {
  append_response response;
  response.term = hard_.term;
  response.round = round;
  response.passive = config_.only_follower;
  response.success = true;
  response.match_index = match;
  if (!out_.persist && hard_state_is_durable()) {
    // Nothing new to promise: how far the disk is can be told at once, and keeps the leader from
    // taking a busy disk for a dead member.
    response.match_index = std::min(match, durable_index_);
    send(to, response);
  } else {
    send_when_durable(to, response);
  }
}

void core::refuse_append(const member_id& from, const append_request& request) {
  append_response response;
  response.term = hard_.term;
  response.round = request.round;
  response.passive = config_.only_follower;
  response.rejected_index = request.prev_log_index;
  const auto term = log_.term_at(request.prev_log_index);
  if (!has_configuration()) {
    // Who takes part stands before the first entry. Without that, entries could be taken in, and
    // compacted, by a member that no configuration has ever come to.
    response.conflict_index = log_.first_index();
    response.wants_snapshot = true;
  } else if (!term) {
    response.conflict_index = log_.last_index() + 1;
  } else if (request.prev_log_index > log_.base().index) {
    response.conflict_term = *term;
    response.conflict_index = log_.first_of_term(request.prev_log_index);
  } else {
    response.conflict_index = log_.first_index();
  }
  send(from, response);
}

// -- votes ----------------------------------------------------------------------------------------

bool core::sticks_to_leader() const {
  // Thesis, 4.2.3 and 9.6: who hears a leader helps nobody to replace it. A leader knows by
  // check-quorum that it still is one.
  if (role() == role::leader)
    return true;
  const auto* state = std::get_if<follower_state>(&role_);
  return state != nullptr && leader_ && !state->leader_link_down
         && now_ - state->last_contact < config_.follower_max_idle;
}

void core::handle(const member_id& from, const vote_request& request) {
  if (sticks_to_leader() && !request.transfer) {
    if (auto* state = std::get_if<follower_state>(&role_)) {
      std::erase_if(state->refused, [&](const receive& item) { return item.from == from; });
      state->refused.push_back({from, {config_.group, request}});
    }
    answer_vote(from, request, false);
    return;
  }
  if (request.pre_vote) {
    answer_vote(from, request, request.term > hard_.term && log_is_up_to_date(request));
    return;
  }
  if (request.term > hard_.term)
    adopt_term(request.term);
  const bool free = !hard_.vote || *hard_.vote == from;
  const bool granted = request.term == hard_.term && free && log_is_up_to_date(request);
  if (granted) {
    // Who only asks for pre-votes is still a follower to others, and may have its vote to give.
    if (role() != role::follower)
      become_follower();
    set_vote(from);
    reset_election_deadline();
  }
  answer_vote(from, request, granted);
}

void core::answer_vote(const member_id& from, const vote_request& request, bool granted) {
  vote_response response{hard_.term, request.term, request.pre_vote, granted};
  if (granted && !request.pre_vote)
    send_when_durable(from, response);
  else
    send(from, response);
}

void core::leader_link_lost() {
  auto& state = std::get<follower_state>(role_);
  state.leader_link_down = true;
  if (may_campaign()) {
    const auto soon = now_ + random_.between(duration{0}, config_.max_link_down_delay);
    state.election_deadline = std::min(state.election_deadline.value_or(soon), soon);
  }
  // Whoever noticed first was refused; it need not ask again (consensus.md, 2).
  for (auto& asked : std::exchange(state.refused, {}))
    handle(asked.from, std::get<vote_request>(asked.message.body));
}

void core::handle(const member_id& from, const timeout_now& request) {
  if (request.term != hard_.term || leader_ != from || role() != role::follower)
    reject("timeout_now from somebody who does not lead");
  else if (!may_campaign())
    reject("timeout_now to a member that never leads");
  else
    begin_vote(true);
}

} // namespace hamok::raft
