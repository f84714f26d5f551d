#pragma once

// What the leader knows about one other member (paper, figure 2: next_index and match_index), and
// the window of append requests on the way to it.

#include "hamok/raft/snapshot.hpp"
#include "hamok/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace hamok::raft {

/// How the leader sends to a member.
enum class progress_mode : std::uint8_t {
  probe,     ///< one request at a time, until the logs are known to agree at `next_index - 1`
  replicate, ///< requests follow each other without waiting, within the window
  snapshot,  ///< it lacks what is not in the log any more, and is sent chunks of a cut
};

/// A leader's view of one member, for status and for tests.
struct peer_progress {
  member_id id;
  index_t match_index = 0;
  index_t next_index = 1;
  progress_mode mode = progress_mode::probe;
  std::size_t inflight_messages = 0;
  std::size_t inflight_bytes = 0;
  timestamp last_contact{0};
  std::uint64_t acked_round = 0;
  bool leaving = false; ///< it is no member any more, and is still told of that
  /// Of the snapshot that it is sent: how much it is known to have, and what is on the way to it.
  std::uint64_t snapshot_acked = 0;
  std::uint64_t snapshot_inflight = 0;
};

/// The working copy behind a `peer_progress`.
class progress_state {
public:
  progress_state(member_id id, index_t next_index, timestamp now)
      : id_(std::move(id)),
        next_index_(next_index),
        last_contact_(now),
        round_target_(next_index - 1),
        round_start_(now) {}

  [[nodiscard]] const member_id& id() const noexcept { return id_; }
  [[nodiscard]] index_t match_index() const noexcept { return match_index_; }
  [[nodiscard]] index_t next_index() const noexcept { return next_index_; }
  [[nodiscard]] index_t sent_commit() const noexcept { return sent_commit_; }
  [[nodiscard]] progress_mode mode() const noexcept { return mode_; }
  [[nodiscard]] timestamp last_contact() const noexcept { return last_contact_; }
  [[nodiscard]] std::uint64_t acked_round() const noexcept { return acked_round_; }
  [[nodiscard]] bool idle() const noexcept { return inflight_.empty() && !probing_; }
  /// It has answered in this leader's term, and not only been given the benefit of the doubt.
  [[nodiscard]] bool has_answered() const noexcept { return answered_; }
  /// It never campaigns.
  [[nodiscard]] bool passive() const noexcept { return passive_; }
  void set_passive(bool value) noexcept { passive_ = value; }

  /// Whether another request with entries may be sent now.
  [[nodiscard]] bool may_send(std::size_t max_messages, std::size_t max_bytes) const noexcept;

  /// The member has answered in the leader's term, to round `round`.
  void heard(timestamp now, std::uint64_t round) noexcept;
  /// A request that carries entries up to `last` (of `bytes`) and `commit` has been sent.
  void sent(index_t last, std::size_t bytes, index_t commit);
  /// A request without entries, that carries `commit`, has been sent.
  void sent_empty(index_t commit) noexcept;
  /// Everything up to `index` is durable there; the log begins behind `base`. False when that is
  /// old news.
  bool matched(index_t index, index_t base = 0);
  /// The member has refused a request, and `next` is where to try again.
  void refused(index_t next);
  /// A refusal of `rejected_index` that says something about the present.
  [[nodiscard]] bool refusal_is_current(index_t rejected_index) const noexcept;
  /// Nothing that is on the way may be counted on any more: probe again.
  void probe_again();
  /// The next probe is not before `first`: what comes before the log can only be asked for at its
  /// base.
  void probe_from(index_t first) noexcept;
  /// It lacks what is not in the log any more, or everything.
  void need_snapshot();
  /// It is sent the snapshot `id` from now on. Only in mode `snapshot`.
  void offer(const snapshot_id& id) { snapshot_.emplace(id); }
  /// The snapshot that it was sent is not there any more.
  void withdraw() noexcept { snapshot_.reset(); }
  [[nodiscard]] snapshot_progress* snapshot() noexcept { return snapshot_ ? &*snapshot_ : nullptr; }
  [[nodiscard]] const snapshot_progress* snapshot() const noexcept {
    return snapshot_ ? &*snapshot_ : nullptr;
  }

  // Of a member that cannot install what it is sent.

  /// It has had all of a snapshot in vain. The next one waits: for as long as `first`, and each
  /// time twice as long, up to `longest`.
  void install_failed(timestamp now, duration first, duration longest) noexcept;
  /// Nothing of a snapshot is sent to it now.
  [[nodiscard]] bool pausing(timestamp now) const noexcept { return now < pause_end_; }
  /// It may be another program by now, which is worth one more attempt.
  void end_pause() noexcept { pause_end_ = timestamp{0}; }

  /// A heartbeat is due: a probe without an answer may be repeated.
  void allow_probe() noexcept { probing_ = false; }

  // Of a learner: replication goes in rounds, each up to where the log ended when the round began
  // (thesis, 4.2.1).

  /// Ends the present round if its target is reached, and begins the next. A learner that needed no
  /// longer than `limit` for it has caught up.
  void advance_round(index_t last_index, timestamp now, duration limit) noexcept;
  [[nodiscard]] bool caught_up(timestamp now, duration limit) const noexcept {
    return caught_up_ && now - round_start_ <= limit;
  }

  // Of a member that was removed.

  /// The configuration at `index` is without it.
  void leave(index_t index) noexcept;
  [[nodiscard]] bool leaving() const noexcept { return left_at_ > 0; }
  /// It has been told that its removal is committed, or that has been so for longer than `limit`.
  [[nodiscard]] bool has_left(index_t commit_index, timestamp now, duration limit) noexcept;

  [[nodiscard]] peer_progress view() const;

private:
  struct request {
    index_t last_index;
    std::size_t bytes;
  };

  member_id id_;
  index_t match_index_ = 0;
  index_t next_index_ = 1;
  index_t sent_commit_ = 0;
  progress_mode mode_ = progress_mode::probe;
  bool probing_ = false; ///< a probe is on the way
  std::deque<request> inflight_;
  std::size_t inflight_bytes_ = 0;
  timestamp last_contact_{0};
  std::uint64_t acked_round_ = 0;
  bool answered_ = false;
  bool passive_ = false;
  std::optional<snapshot_progress> snapshot_;
  duration pause_{0}; ///< the last one behind an install that failed
  timestamp pause_end_{0};
  index_t round_target_ = 0;
  timestamp round_start_{0};
  bool caught_up_ = false; ///< by its last complete round
  index_t left_at_ = 0;    ///< the entry that removes it; 0: it is a member
  std::optional<timestamp> leave_end_;
};

} // namespace hamok::raft
