#pragma once

// Gets the creation of a collection into the log. Proposing it twice does no harm: the first one
// stands. Data in, data out.

#include "hamok/collections/proposer.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace hamok {

class creation {
public:
  /// `entry` is the encoded creation; `tokens` outlives this.
  creation(blob entry, const proposer_config& config, token_source& tokens)
      : entry_(std::move(entry)),
        tokens_(tokens),
        min_retry_(config.min_retry),
        max_retry_(config.max_retry),
        resend_after_(config.resend_after),
        retry_(min_retry_) {}

  void leader_changed(const std::optional<raft::member_id>& leader, raft::term_t term,
                      raft::timestamp now) {
    if (leader_.update(leader, term, now)) {
      retry_ = min_retry_;
      due_ = now;
    }
  }

  /// The batch `token` was appended nowhere; false: it was another one's.
  bool refused(std::uint64_t token, raft::timestamp now) {
    if (token != token_)
      return false;
    due_ = now + retry_;
    retry_ = std::min(retry_ * 2, max_retry_);
    return true;
  }

  /// Proposes it if that is due.
  void flush(raft::timestamp now, proposer_output& out) {
    if (now < due_ || leader_.leaderless())
      return;
    token_ = tokens_.take();
    due_ = now + resend_after_;
    out.batches.push_back({token_, {entry_}});
  }

  /// When `flush` wants to be called.
  [[nodiscard]] raft::timestamp deadline() const noexcept {
    return leader_.leaderless() ? never : due_;
  }

  /// It was sent at least once.
  [[nodiscard]] bool sent() const noexcept { return token_ != 0; }

private:
  blob entry_;
  token_source& tokens_;
  raft::duration min_retry_;
  raft::duration max_retry_;
  raft::duration resend_after_;
  raft::duration retry_;
  leader_watch leader_;
  std::uint64_t token_ = 0;
  raft::timestamp due_ = raft::timestamp::min();
};

} // namespace hamok
