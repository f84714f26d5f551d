// What the core drops from its log, and the cuts it asks for (paper, 7; thesis, 5).

#include "hamok/raft/core.hpp"

#include <algorithm>
#include <utility>

namespace hamok::raft {

namespace {

/// For so many times `follower_max_idle` a member may be silent before its snapshot is let go.
constexpr int snapshot_patience = 10;

} // namespace

// -- the log --------------------------------------------------------------------------------------

compaction_limits core::log_limits() const noexcept {
  return {config_.log_max_bytes, config_.log_max_entries, config_.log_expiration};
}

bool core::is_log_far_too_long() const noexcept {
  return is_far_too_long(log_, log_limits(), reserve_);
}

duration core::cluster_time_here() const {
  // Only the leader knows the cluster's clock. Others count on from what they have of it, which is
  // good enough to tell when entries are old.
  if (role() == role::leader)
    return cluster_time();
  return std::min(log_.last_cluster_time() + (now_ - last_entry_at_), max_cluster_time);
}

index_t core::dispensable() const {
  // Dropped entries live on in what the state machines have made of them, so they must have been
  // applied, and that must survive a crash as they would have.
  auto result = std::min(applied_index_, durable_index_);
  if (!config_.volatile_state)
    result = std::min(result, saved_index_);
  const auto* state = std::get_if<leader_state>(&role_);
  if (state == nullptr || is_log_far_too_long())
    return result;
  // A follower that keeps up, or is being given a snapshot, shall not need the next one.
  for (const auto& peer : state->peers)
    if (peer.mode() != progress_mode::snapshot && !peer.leaving()
        && now_ < peer.last_contact() + config_.follower_max_idle)
      result = std::min(result, peer.match_index());
  if (offer_)
    result = std::min(result, offer_->meta.index);
  if (cut_pending_)
    result = std::min(result, cut_pending_->index);
  return result;
}

void core::trim_if_due() {
  const auto bound = dispensable();
  const auto base = log_.base().index;
  auto last = base;
  if (bound > base) {
    const auto time = cluster_time_here();
    if (is_due(log_, log_limits(), time))
      last = surplus(log_, log_limits(), time, bound);
    last = std::max(last, std::min({compact_wish_, bound, base + max_trim}));
  }
  if (last > base)
    trim_to(last);
}

void core::trim_to(index_t index) {
  auto base = meta_at(index);
  log_.compact_to(base);
  members_.compact(index);
  pending_persist().base = std::move(base);
}

snapshot_meta core::meta_at(index_t index) const {
  if (index == log_.base().index)
    return log_.base();
  // Of the members, those at that entry: what comes behind it may still be truncated.
  const auto& last = log_.at(index);
  return {index, last.term, last.cluster_time, members_.at(index)};
}

void core::on(const compact& ev) {
  const auto wish = ev.up_to == 0 ? log_.last_index() : std::min(ev.up_to, log_.last_index());
  compact_wish_ = std::max(compact_wish_, wish);
}

// -- cuts -----------------------------------------------------------------------------------------

void core::on(const cut_taken& ev) {
  if (!cut_pending_ || cut_pending_->index != ev.index) {
    out_.release_cut = ev.ok && !offer_; // an answer to a wish of somebody before
    return;
  }
  const auto meta = *std::exchange(cut_pending_, std::nullopt);
  if (!ev.ok || ev.size == 0) {
    cut_failed_ = true; // the next heartbeat is soon enough for another one
    return;
  }
  if (!config_.volatile_state && meta.index > saved_index_) {
    saved_index_ = meta.index;
    unsaved_bytes_ -= std::min(unsaved_bytes_, cut_bytes_);
  }
  offer_ = offered_snapshot{{meta.index, meta.term, ev.size, ev.checksum}, meta};
  // What is written while a snapshot is on its way has to be there when it has come, or it has been
  // sent in vain. Whoever takes its bytes more slowly than new ones are written could not keep up
  // anyway, so as many as it has are enough.
  reserve_ = static_cast<std::size_t>(ev.size);
}

bool core::is_saving_due() const {
  if (config_.volatile_state || delivered_index_ <= saved_index_)
    return false;
  if (compact_wish_ > saved_index_)
    return true;
  const auto first = std::max(saved_index_ + 1, log_.first_index());
  const auto age = cluster_time_here() - log_.at(first).cluster_time;
  return is_half(unsaved_bytes_, static_cast<std::size_t>(delivered_index_ - saved_index_), age,
                 log_limits());
}

void core::settle_snapshots() {
  if (out_.heartbeat)
    cut_failed_ = false;
  settle_receipt();
  // A cut is kept while a link may come back, but no other is made for who cannot be heard.
  const bool sending = is_snapshot_wanted(snapshot_patience * config_.follower_max_idle, false);
  const bool asking = is_snapshot_wanted(config_.follower_max_idle, true);
  // Behind its snapshot a member still has to catch up; once it has, the log is short again.
  if (!sending && !is_far_too_long(log_, log_limits()))
    reserve_ = 0;
  const bool saving = is_saving_due();
  if (offer_
      && (!sending || offer_->meta.index < log_.base().index || (saving && is_log_far_too_long())))
    withdraw_offer();
  if (offer_)
    offer_to_all();
  else if ((asking || saving) && !cut_pending_ && !cut_failed_ && !installing()
           && delivered_index_ > 0)
    ask_for_cut();
}

void core::ask_for_cut() {
  cut_pending_ = meta_at(delivered_index_);
  cut_bytes_ = unsaved_bytes_;
  out_.cut = cut_pending_;
}

void core::withdraw_offer() {
  offer_.reset();
  out_.release_cut = true;
  if (auto* state = std::get_if<leader_state>(&role_))
    for (auto& peer : state->peers)
      peer.withdraw();
}

} // namespace hamok::raft
