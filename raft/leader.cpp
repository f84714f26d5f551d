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
  state.round_times = {now_};
  // A removal that is not committed yet is this leader's to tell.
  if (const auto latest = members_.latest_index(); latest > commit_index_)
    for (auto& peer : others(members_.at(latest - 1), config_.self))
      state.peers.emplace_back(std::move(peer), log_.last_index() + 1, now_);
  // Right behind a snapshot, its write may not be confirmed yet.
  state.released = std::max(log_.base().index, std::min(commit_index_, durable_index_));
  for (auto i = state.released + 1; i <= log_.last_index(); ++i)
    state.backlog_bytes += encoded_size(log_.at(i));
  role_ = std::move(state);
  sync_peers();
  vote_pause_ = config_.max_vote_pause;
  set_leader(config_.self);
  // Only an entry of the own term can commit those of earlier ones (5.4.2), so there is one at
  // once.
  append_as_leader({{entry_kind::noop, {}}});
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
  begin_round();
  state.next_heartbeat = now_ + config_.heartbeat;
  out_.heartbeat = true;
  for (auto& peer : state.peers)
    send_heartbeat(peer);
}

void core::begin_round() {
  auto& state = std::get<leader_state>(role_);
  ++state.round;
  state.round_times.push_back(now_);
  // An answer to an older round proves a contact that is too old to count.
  while (state.round_times.front() + config_.follower_max_idle < now_)
    state.round_times.pop_front();
}

timestamp core::start_of_round(std::uint64_t round) const {
  const auto& state = std::get<leader_state>(role_);
  const auto age = state.round - round;
  return age < state.round_times.size() ? state.round_times[state.round_times.size() - 1 - age]
                                        : timestamp{0};
}

template <class T>
T core::quorum_of(T nothing, T own, T (progress_state::*value)() const noexcept) const {
  const auto& peers = std::get<leader_state>(role_).peers;
  return quorum_value(members(), nothing, [&](const member_id& voter) {
    if (voter == config_.self)
      return own;
    const auto found = std::ranges::find(peers, voter, &progress_state::id);
    return found == peers.end() ? nothing : ((*found).*value)();
  });
}

timestamp core::quorum_contact() const {
  return quorum_of(timestamp{0}, now_, &progress_state::last_contact);
}

duration core::cluster_time() const {
  const auto& state = std::get<leader_state>(role_);
  return std::min(state.base_time + (now_ - state.since), max_cluster_time);
}

const progress_state* core::find_peer(const member_id& id) const {
  const auto* state = std::get_if<leader_state>(&role_);
  if (state == nullptr)
    return nullptr;
  const auto found = std::ranges::find(state->peers, id, &progress_state::id);
  return found == state->peers.end() ? nullptr : &*found;
}

progress_state* core::find_peer(const member_id& id) {
  return const_cast<progress_state*>(std::as_const(*this).find_peer(id));
}

// -- proposals ------------------------------------------------------------------------------------

void core::propose_as_leader(std::vector<proposal>&& proposals) {
  const auto refused = refuses(proposals);
  out_.proposal =
      proposal_outcome{refused, refused ? 0 : log_.last_index() + 1, hard_.term, leader_};
  if (refused == refusal::transferring) // it is not worth asking this one again
    out_.proposal->leader.reset();
  if (!refused)
    append_as_leader(std::move(proposals));
}

std::optional<refusal> core::refuses(const std::vector<proposal>& proposals) const {
  const auto& state = std::get<leader_state>(role_);
  if (std::ranges::any_of(proposals,
                          [](const proposal& item) { return item.kind != entry_kind::command; }))
    return refusal::not_a_command;
  if (std::ranges::any_of(proposals, [&](const proposal& item) {
        return item.data.size() > config_.max_entry_bytes;
      }))
    return refusal::too_large;
  if (state.transfer)
    return refusal::transferring;
  if (state.backlog_bytes >= config_.max_uncommitted_bytes)
    return refusal::overloaded;
  return std::nullopt;
}

void core::append_as_leader(std::vector<proposal>&& proposals) {
  auto& state = std::get<leader_state>(role_);
  const auto time = cluster_time();
  std::vector<entry> entries;
  entries.reserve(proposals.size());
  for (auto& item : proposals) {
    entries.push_back({hard_.term, item.kind, time, std::move(item.data)});
    state.backlog_bytes += encoded_size(entries.back());
  }
  if (!entries.empty())
    append_entries(std::move(entries), log_.last_index() + 1);
  // The own write goes on in parallel to these (thesis, 10.2.1); it counts when it is done.
  replicate_to_all();
}

// -- replication ----------------------------------------------------------------------------------

void core::replicate_to_all() {
  for (auto& peer : std::get<leader_state>(role_).peers)
    replicate_to(peer);
}

void core::replicate_to(progress_state& peer) {
  while (log_.first_index() <= peer.next_index() && peer.next_index() <= log_.last_index()
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
  auto request = empty_append(peer);
  request.entries = log_.copy(peer.next_index(), count);
  const auto last = request.prev_log_index + count;
  send(peer.id(), std::move(request));
  peer.sent(last, bytes, commit_index_);
}

append_request core::empty_append(const progress_state& peer) const {
  append_request request;
  request.term = hard_.term;
  // A member that needs what is compacted away still has to hear that there is a leader.
  request.prev_log_index = std::max(peer.next_index() - 1, log_.base().index);
  request.prev_log_term = *log_.term_at(request.prev_log_index);
  request.leader_commit = commit_index_;
  request.round = std::get<leader_state>(role_).round;
  return request;
}

void core::send_empty(progress_state& peer) {
  peer.probe_from(log_.first_index());
  send(peer.id(), empty_append(peer));
  peer.sent_empty(commit_index_);
}

void core::send_heartbeat(progress_state& peer) {
  // It carries no entries, so the answer never waits for the follower's disk. In replicate mode its
  // `prev_log_index` is the end of all that was sent: a follower that has lost something of it
  // refuses, and the loss is found.
  peer.allow_probe();
  if (peer.mode() == progress_mode::snapshot)
    probe_snapshot(peer);
  else
    send_empty(peer);
}

void core::resume(progress_state& peer) {
  peer.probe_again();
  peer.end_pause();
  if (peer.mode() == progress_mode::snapshot) {
    probe_snapshot(peer);
    return;
  }
  peer.probe_from(log_.first_index());
  if (log_.first_index() <= peer.next_index() && peer.next_index() <= log_.last_index())
    send_append(peer);
  else
    send_empty(peer);
}

void core::handle(const member_id& from, const append_response& response) {
  auto* peer = find_peer(from);
  const bool of_older_term = !response.success && response.conflict_index == 0;
  if (peer == nullptr || response.term < hard_.term || of_older_term) {
    reject("answer to an append that is over");
    return;
  }
  if (response.match_index > log_.last_index() || response.rejected_index > log_.last_index()
      || response.round > std::get<leader_state>(role_).round) {
    reject("malformed append response");
    return;
  }
  peer->heard(start_of_round(response.round), response.round);
  peer->set_passive(response.passive);
  if (response.success)
    handle_success(*peer, response);
  else
    handle_refusal(*peer, response);
}

void core::handle_success(progress_state& peer, const append_response& response) {
  if (peer.matched(response.match_index, log_.base().index))
    advance_commit();
  replicate_to(peer);
}

void core::handle_refusal(progress_state& peer, const append_response& response) {
  const auto rejected = response.rejected_index;
  // Who has acknowledged something has a configuration: then this is an old answer.
  if (response.wants_snapshot && peer.match_index() == 0) {
    give_snapshot(peer);
    return;
  }
  if (peer.mode() == progress_mode::snapshot)
    return; // what it lacks is known
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
  if (rejected <= log_.base().index) {
    give_snapshot(peer);
    return;
  }
  // A hint may be old. Whether it lacks the base is told by asking for that.
  peer.probe_from(log_.first_index());
  if (peer.next_index() > log_.last_index())
    send_empty(peer);
  else
    replicate_to(peer);
}

// -- commit ---------------------------------------------------------------------------------------

void core::advance_commit() {
  const auto reached = quorum_of(index_t{0}, durable_index_, &progress_state::match_index);
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
