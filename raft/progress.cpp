#include "hamok/raft/progress.hpp"

#include <algorithm>

namespace hamok::raft {

bool progress_state::may_send(std::size_t max_messages, std::size_t max_bytes) const noexcept {
  if (mode_ != progress_mode::replicate)
    return mode_ == progress_mode::probe && !probing_;
  return inflight_.size() < max_messages && inflight_bytes_ < max_bytes;
}

void progress_state::heard(timestamp now, std::uint64_t round) noexcept {
  last_contact_ = std::max(last_contact_, now);
  acked_round_ = std::max(acked_round_, round);
  answered_ = true;
}

void progress_state::sent(index_t last, std::size_t bytes, index_t commit) {
  sent_commit_ = std::max(sent_commit_, commit);
  if (mode_ == progress_mode::probe) {
    // Whether it fits is not known yet: `next_index` moves when the answer says so.
    probing_ = true;
    return;
  }
  next_index_ = last + 1;
  inflight_.push_back({last, bytes});
  inflight_bytes_ += bytes;
}

void progress_state::sent_empty(index_t commit) noexcept {
  sent_commit_ = std::max(sent_commit_, commit);
  if (mode_ == progress_mode::probe)
    probing_ = true;
}

bool progress_state::matched(index_t index, index_t base) {
  // With the end of a snapshot, or by other ways, it has come to where the log can go on.
  if (mode_ == progress_mode::snapshot && index > 0 && index >= base) {
    refused(index + 1);
    snapshot_.reset();
    pause_ = {};
    pause_end_ = {};
  }
  if (mode_ == progress_mode::probe && index + 1 >= next_index_) {
    mode_ = progress_mode::replicate;
    probing_ = false;
  }
  while (!inflight_.empty() && inflight_.front().last_index <= index) {
    inflight_bytes_ -= inflight_.front().bytes;
    inflight_.pop_front();
  }
  if (index <= match_index_)
    return false;
  if (snapshot_)
    snapshot_->installed();
  match_index_ = index;
  next_index_ = std::max(next_index_, index + 1);
  return true;
}

void progress_state::refused(index_t next) {
  mode_ = progress_mode::probe;
  probing_ = false;
  next_index_ = std::max(next, match_index_ + 1);
  sent_commit_ = 0;
  inflight_.clear();
  inflight_bytes_ = 0;
}

bool progress_state::refusal_is_current(index_t rejected_index) const noexcept {
  if (mode_ == progress_mode::snapshot)
    return false;
  if (mode_ == progress_mode::probe)
    return rejected_index + 1 == next_index_ && rejected_index > match_index_;
  return rejected_index > match_index_;
}

void progress_state::probe_from(index_t first) noexcept {
  if (mode_ == progress_mode::probe)
    next_index_ = std::max(next_index_, first);
}

void progress_state::need_snapshot() {
  refused(match_index_ + 1);
  mode_ = progress_mode::snapshot;
}

void progress_state::install_failed(timestamp now, duration first, duration longest) noexcept {
  pause_ = std::clamp(2 * pause_, first, longest);
  pause_end_ = now + pause_;
}

void progress_state::probe_again() {
  if (mode_ == progress_mode::snapshot)
    return;
  // A probe goes on where it was: what refusals have found out still holds.
  refused(mode_ == progress_mode::probe ? next_index_ : match_index_ + 1);
}

void progress_state::advance_round(index_t last_index, timestamp now, duration limit) noexcept {
  if (match_index_ < round_target_)
    return;
  // When nothing has come meanwhile, the next round is over as soon as it begins.
  caught_up_ = now - round_start_ <= limit || match_index_ >= last_index;
  round_target_ = last_index;
  round_start_ = now;
}

void progress_state::leave(index_t index) noexcept {
  if (left_at_ == 0)
    left_at_ = index;
}

bool progress_state::has_left(index_t commit_index, timestamp now, duration limit) noexcept {
  if (left_at_ == 0 || commit_index < left_at_)
    return false;
  if (!leave_end_)
    leave_end_ = now + limit;
  return now >= *leave_end_ || (match_index_ >= left_at_ && sent_commit_ >= left_at_);
}

peer_progress progress_state::view() const {
  peer_progress result;
  result.id = id_;
  result.match_index = match_index_;
  result.next_index = next_index_;
  result.mode = mode_;
  result.inflight_messages = inflight_.size();
  result.inflight_bytes = inflight_bytes_;
  result.last_contact = last_contact_;
  result.acked_round = acked_round_;
  result.leaving = leaving();
  if (snapshot_) {
    result.snapshot_acked = snapshot_->acked();
    result.snapshot_inflight = snapshot_->next() - snapshot_->acked();
  }
  return result;
}

} // namespace hamok::raft
