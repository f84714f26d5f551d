// Snapshots on their way from a leader to a member that lacks what is not in the log any more
// (InstallSnapshot; paper, 7 and figure 13; thesis, 5.2).

#include "hamok/raft/checksum.hpp"
#include "hamok/raft/core.hpp"

#include <algorithm>
#include <utility>

namespace hamok::raft {

namespace {

/// A member that could not install a snapshot is sent one again after `follower_max_idle`; after so
/// many times that, if it fails again and again.
constexpr int longest_pause = 64;

} // namespace

// -- sending --------------------------------------------------------------------------------------

bool core::is_snapshot_wanted(duration silence, bool at_once) const {
  // Who is dead, or cannot use it, wants nothing: for its sake all content would be written out
  // again and again.
  const auto* state = std::get_if<leader_state>(&role_);
  return state != nullptr && std::ranges::any_of(state->peers, [&](const progress_state& peer) {
           return peer.mode() == progress_mode::snapshot && now_ < peer.last_contact() + silence
                  && !(at_once && peer.pausing(now_));
         });
}

void core::give_snapshot(progress_state& peer) {
  // Who is leaving is told by what is in the log, or not at all.
  if (peer.mode() == progress_mode::snapshot || peer.leaving())
    return;
  peer.need_snapshot();
  out_.unsynced.push_back(peer.id());
}

void core::offer_to_all() {
  for (auto& peer : std::get<leader_state>(role_).peers) {
    if (peer.mode() != progress_mode::snapshot)
      continue;
    if (const auto* sent = peer.snapshot(); sent != nullptr && sent->id() == offer_->id)
      continue;
    peer.offer(offer_->id);
    stream_to(peer);
  }
}

void core::stream_to(progress_state& peer) {
  auto* snapshot = peer.snapshot();
  if (snapshot == nullptr || !offer_ || peer.pausing(now_))
    return;
  while (const auto chunk = snapshot->take(config_.max_chunk_bytes, config_.max_snapshot_inflight))
    out_.chunks.push_back({peer.id(), {config_.group, empty_install(chunk->offset)}, chunk->size});
}

void core::probe_snapshot(progress_state& peer) {
  if (peer.snapshot() == nullptr) { // there is none to be sent yet
    send_empty(peer);
    return;
  }
  send(peer.id(), empty_install(peer.snapshot()->acked()));
  peer.snapshot()->probed(std::get<leader_state>(role_).round);
}

install_request core::empty_install(std::uint64_t offset) const {
  install_request request;
  request.term = hard_.term;
  request.round = std::get<leader_state>(role_).round;
  request.snapshot = offer_->id;
  request.offset = offset;
  if (offset == 0)
    request.meta = offer_->meta;
  return request;
}

void core::handle(const member_id& from, const install_response& response) {
  auto* peer = find_peer(from);
  if (peer == nullptr || response.term < hard_.term) {
    reject("answer to an install that is over");
    return;
  }
  if (response.round > std::get<leader_state>(role_).round) {
    reject("malformed install response");
    return;
  }
  peer->heard(start_of_round(response.round), response.round);
  auto* snapshot = peer->snapshot();
  if (snapshot == nullptr || snapshot->id() != response.snapshot)
    return;
  if (snapshot->answered(response.round, response.received, response.gap))
    peer->install_failed(now_, config_.follower_max_idle,
                         longest_pause * config_.follower_max_idle);
  stream_to(*peer);
}

bool core::possible(const install_request& request) const {
  const auto& id = request.snapshot;
  if (id.index == 0 || id.term == 0 || id.term > request.term || request.offset > id.size
      || request.data.size() > id.size - request.offset || id.size == 0)
    return false;
  if (request.meta.has_value() != (request.offset == 0)
      || checksum_of(request.data.bytes()) != request.checksum)
    return false;
  return !request.meta
         || (request.meta->index == id.index && request.meta->term == id.term
             && request.meta->cluster_time >= duration{0}
             && request.meta->cluster_time <= max_cluster_time && valid(request.meta->members));
}

bool core::possible(const install_response& response) const {
  return response.term > 0 && response.received <= response.snapshot.size;
}

// -- receiving ------------------------------------------------------------------------------------

void core::handle(const member_id& from, install_request&& request) {
  if (request.term < hard_.term) { // 1. of figure 13
    refuse_older_term(from);
    return;
  }
  if (!hear_request(from, request.round))
    return;
  if (holds(request.snapshot.index, request.snapshot.term)) {
    // 6. of figure 13: what is in the log stays there, and what follows it as well.
    commit_to(request.snapshot.index);
    acknowledge(from, request.round, request.snapshot.index);
    return;
  }
  install_response response{hard_.term, request.round, request.snapshot, 0, false};
  const auto end = request.data.empty() ? 0 : request.offset + request.data.size();
  response.received = take_chunk(std::move(request));
  response.gap = end > response.received;
  send(from, response);
}

bool core::holds(index_t index, term_t term) const {
  return has_configuration() && (index <= commit_index_ || log_.term_at(index) == term);
}

std::uint64_t core::take_chunk(install_request&& request) {
  // There is nothing to send until that is done. If it fails, a later probe hears the truth.
  if (installing())
    return request.snapshot.size;
  if (!receipt_ || receipt_->id != request.snapshot) {
    // Chunks of two snapshots make none, however much they have in common.
    if (request.offset != 0 || request.data.empty())
      return 0;
    receipt_ = snapshot_receipt{request.snapshot, std::move(*request.meta)};
  }
  if (request.offset != receipt_->received || request.data.empty())
    return receipt_->received;
  receipt_->received += request.data.size();
  out_.chunk = chunk_received{request.snapshot, request.offset, std::move(request.data)};
  if (receipt_->received == receipt_->id.size) {
    receipt_->installing = true;
    out_.install = install_order{receipt_->id, receipt_->meta};
  }
  return receipt_->received;
}

void core::settle_receipt() {
  // By another way it has come to where the snapshot would have brought it.
  if (receipt_ && !receipt_->installing && holds(receipt_->id.index, receipt_->id.term)) {
    receipt_.reset();
    out_.drop_chunks = true;
  }
}

void core::on(const installed& ev) {
  if (!installing() || receipt_->id.index != ev.index)
    return;
  const auto meta = std::move(receipt_->meta);
  receipt_.reset();
  out_.drop_chunks = true;
  if (!ev.ok)
    return;
  if (holds(meta.index, meta.term)) {
    // It was replicated meanwhile, and what follows may have been acknowledged.
    commit_to(meta.index);
    stand_at(meta.index);
    if (!config_.volatile_state && meta.index > log_.base().index)
      trim_to(meta.index);
  } else {
    reset_to(meta);
  }
  if (const auto* state = std::get_if<follower_state>(&role_); state != nullptr && leader_)
    acknowledge(*leader_, state->heard_round, meta.index);
}

void core::reset_to(const snapshot_meta& meta) {
  // 7. of figure 13: the whole log goes. What it had behind the snapshot was of leaders that nobody
  // follows any more, the configurations in it as well, or it would be known to the present one.
  if (role() != role::follower) // it has asked for votes with a log that it does not have any more
    become_follower();
  log_.reset(meta);
  members_ = membership{meta.index, meta.members};
  for (auto& write : writes_) // a late confirmation of the old log says nothing about this one
    write.last_index = 0;
  durable_index_ = 0;
  auto& request = pending_persist();
  request.base = meta;
  request.replaces = true;
  commit_index_ = meta.index;
  last_entry_at_ = now_;
  stand_at(meta.index);
  members_changed();
}

void core::stand_at(index_t index) {
  delivered_index_ = std::max(delivered_index_, index);
  applied_index_ = std::max(applied_index_, index);
  saved_index_ = std::max(saved_index_, index);
  unsaved_bytes_ = 0;
}

} // namespace hamok::raft
