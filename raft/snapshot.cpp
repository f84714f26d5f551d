#include "hamok/raft/snapshot.hpp"

#include <algorithm>

namespace hamok::raft {

std::optional<chunk_span> snapshot_progress::take(std::size_t max_chunk,
                                                  std::size_t max_inflight) noexcept {
  if (next_ >= id_.size || next_ - acked_ >= max_inflight)
    return std::nullopt;
  const chunk_span result{
      next_, static_cast<std::size_t>(std::min<std::uint64_t>(max_chunk, id_.size - next_))};
  next_ += result.size;
  return result;
}

void snapshot_progress::probed(std::uint64_t round) noexcept {
  // The one that has no answer yet is as good: whoever answers this one has seen what was before
  // both. On a link that is slower than heartbeats no other would ever be answered in time.
  if (!probe_)
    probe_ = probe_mark{round, next_};
}

bool snapshot_progress::answered(std::uint64_t round, std::uint64_t received, bool gap) noexcept {
  if (received > acked_) {
    acked_ = std::min(received, id_.size);
    complete_ = acked_ == id_.size;
    next_ = std::max(next_, acked_);
  }
  if (gap && received == acked_ && gap_at_ != acked_) {
    gap_at_ = acked_;
    next_ = acked_;
  }
  if (!probe_ || round < probe_->round)
    return false;
  // Also behind what it had acknowledged: it may have lost its part, and begins anew.
  const bool failed = complete_ && received < id_.size;
  if (received < probe_->end) {
    acked_ = received;
    next_ = received;
    complete_ = false;
  }
  probe_.reset(); // the answers that follow in this round say nothing new
  return failed;
}

} // namespace hamok::raft
