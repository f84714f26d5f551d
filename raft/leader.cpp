// The rules of leaders (paper, 5.3 and 5.4), with check-quorum (thesis, 6.2) and pipelining
// (thesis, 10.2).

#include "hamok/raft/codec.hpp"
#include "hamok/raft/core.hpp"
#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <utility>

namespace hamok::raft {

void core::become_leader() {
  leader_state state;
  state.since = now_;
  state.base_time = log_.last_cluster_time();
  state.next_heartbeat = now_ + config_.heartbeat;
  for (auto& peer : others(members_, config_.self))
    state.peers.emplace_back(std::move(peer), log_.last_index() + 1, now_);
  state.released = std::min(commit_index_, durable_index_);
  for (auto i = state.released + 1; i <= log_.last_index(); ++i)
    state.backlog_bytes += encoded_size(log_.at(i));
  role_ = std::move(state);
  vote_pause_ = config_.max_vote_pause;
  set_leader(config_.self);
  // Only an entry of the own term can commit those of earlier ones (5.4.2), so there is one at
  // once.
  propose_as_leader({{entry_kind::noop, {}}});
  out_.proposal.reset();
}

void core::leader_tick() {
  // Thesis, 6.2: without a quorum there may be another leader by now.
  if (now_ >= quorum_contact() + config_.follower_max_idle) {
    become_follower();
    return;
  }
  auto& state = std::get<leader_state>(role_);
  if (now_ < state.next_heartbeat)
    return;
  ++state.round;
  state.next_heartbeat = now_ + config_.heartbeat;
  out_.heartbeat = true;
  for (auto& peer : state.peers)
    send_heartbeat(peer);
}

timestamp core::quorum_contact() const {
  const auto& state = std::get<leader_state>(role_);
  return quorum_value(members_, now_, [&](const member_id& voter) {
    for (const auto& peer : state.peers)
      if (peer.id() == voter)
        return peer.last_contact();
    return now_; // this member itself
  });
}

duration core::cluster_time() const {
  const auto& state = std::get<leader_state>(role_);
  return state.base_time + (now_ - state.since);
}

progress_state* core::find_peer(const member_id& id) {
  auto* state = std::get_if<leader_state>(&role_);
  if (state == nullptr)
    return nullptr;
  const auto found = std::ranges::find(state->peers, id, &progress_state::id);
  return found == state->peers.end() ? nullptr : &*found;
}

// -- proposals ------------------------------------------------------------------------------------

void core::propose_as_leader(std::vector<proposal>&& proposals) {
  auto& state = std::get<leader_state>(role_);
  const bool own_noop = proposals.size() == 1 && proposals.front().kind == entry_kind::noop;
  if (!own_noop && state.backlog_bytes >= config_.max_uncommitted_bytes) {
    out_.proposal = proposal_outcome{refusal::overloaded, 0, hard_.term, leader_};
    return;
  }
  const auto first = log_.last_index() + 1;
  const auto time = cluster_time();
  std::vector<entry> entries;
  entries.reserve(proposals.size());
  for (auto& item : proposals) {
    entries.push_back({hard_.term, item.kind, time, std::move(item.data)});
    state.backlog_bytes += encoded_size(entries.back());
  }
  if (!entries.empty())
    append_entries(std::move(entries), first);
  out_.proposal = proposal_outcome{std::nullopt, first, hard_.term, leader_};
  // The own write goes on in parallel to these (thesis, 10.2.1); it counts when it is done.
  replicate_to_all();
}

// -- replication ----------------------------------------------------------------------------------

void core::replicate_to_all() {
  for (auto& peer : std::get<leader_state>(role_).peers)
    replicate_to(peer);
}

void core::replicate_to(progress_state& peer) {
  while (peer.next_index() <= log_.last_index()
         && peer.may_send(config_.max_inflight_messages, config_.max_inflight_bytes))
    send_append(peer);
  // With nothing else on the way, a follower would only learn of the commit by the next heartbeat,
  // and its callers would wait for that.
  if (peer.mode() == progress_mode::replicate && peer.idle()
      && peer.next_index() > log_.last_index() && peer.sent_commit() < commit_index_)
    send_empty(peer);
}

void core::send_append(progress_state& peer) {
  std::size_t count = 0;
  std::size_t bytes = 0;
  for (auto i = peer.next_index(); i <= log_.last_index(); ++i) {
    const auto size = encoded_size(log_.at(i));
    if (count == config_.max_batch_entries || (count > 0 && bytes + size > config_.max_batch_bytes))
      break;
    bytes += size;
    ++count;
  }
  append_request request;
  request.term = hard_.term;
  request.prev_log_index = peer.next_index() - 1;
  request.prev_log_term = log_.term_at(request.prev_log_index).value_or(0);
  request.leader_commit = commit_index_;
  request.round = std::get<leader_state>(role_).round;
  request.entries = log_.copy(peer.next_index(), count);
  const auto last = request.prev_log_index + count;
  send(peer.id(), std::move(request));
  peer.sent(last, bytes, commit_index_);
}

void core::send_empty(progress_state& peer) {
  append_request request;
  request.term = hard_.term;
  request.prev_log_index = peer.next_index() - 1;
  request.prev_log_term = log_.term_at(request.prev_log_index).value_or(0);
  request.leader_commit = commit_index_;
  request.round = std::get<leader_state>(role_).round;
  send(peer.id(), std::move(request));
  peer.sent_empty(commit_index_);
}

void core::send_heartbeat(progress_state& peer) {
  // It carries no entries, so the answer never waits for the follower's disk. In replicate mode its
  // `prev_log_index` is the end of all that was sent: a follower that has lost something of it
  // refuses, and the loss is found.
  peer.allow_probe();
  send_empty(peer);
}

void core::resume(progress_state& peer) {
  peer.probe_again();
  if (peer.next_index() <= log_.last_index())
    send_append(peer);
  else
    send_empty(peer);
}

void core::handle(const member_id& from, const append_response& response) {
  auto* peer = find_peer(from);
  if (peer == nullptr || response.term < hard_.term) {
    reject("answer to an append that is over");
    return;
  }
  if (response.match_index > log_.last_index() || response.rejected_index > log_.last_index()
      || response.round > std::get<leader_state>(role_).round) {
    reject("malformed append response");
    return;
  }
  peer->heard(now_, response.round);
  if (response.success)
    handle_success(*peer, response);
  else
    handle_refusal(*peer, response);
}

void core::handle_success(progress_state& peer, const append_response& response) {
  if (peer.matched(response.match_index))
    advance_commit();
  replicate_to(peer);
}

void core::handle_refusal(progress_state& peer, const append_response& response) {
  const auto rejected = response.rejected_index;
  if (!peer.refusal_is_current(rejected)) {
    reject("refusal of an append that is over");
    return;
  }
  // End of 5.3: skip all that follower's entries of the conflicting term, or all of ours.
  auto next = response.conflict_index;
  if (response.conflict_term != 0) {
    const auto last = log_.last_of_term(response.conflict_term, rejected);
    if (log_.term_at(last) == response.conflict_term)
      next = last + 1;
  }
  peer.refused(std::clamp<index_t>(next, 1, rejected));
  replicate_to(peer);
}

// -- commit ---------------------------------------------------------------------------------------

void core::advance_commit() {
  auto& state = std::get<leader_state>(role_);
  const auto reached = quorum_value<index_t>(members_, 0, [&](const member_id& voter) {
    for (const auto& peer : state.peers)
      if (peer.id() == voter)
        return peer.match_index();
    return voter == config_.self ? durable_index_ : index_t{0};
  });
  // 5.4.2 and figure 8: entries of earlier terms commit only behind one of this term.
  if (reached <= commit_index_ || log_.term_at(reached) != hard_.term)
    return;
  commit_to(reached);
  release_backlog();
  replicate_to_all();
}

void core::release_backlog() {
  // What the own disk has not taken counts as well, or one that hangs would collect writes without
  // end while the others commit.
  auto& state = std::get<leader_state>(role_);
  for (; state.released < std::min(commit_index_, durable_index_); ++state.released)
    state.backlog_bytes -= encoded_size(log_.at(state.released + 1));
}

} // namespace hamok::raft
