#pragma once

// Gets the operations of one member's users into the log exactly once: numbers them in a session,
// packs them into batches, and proposes again what may have been lost. Data in, data out: no
// actor, no clock.

#include "hamok/actors/interfaces/error.hpp"
#include "hamok/collections/fifo_state.hpp"
#include "hamok/collections/session_state.hpp"
#include "hamok/raft/types.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace hamok {

/// How an operation ended, for the caller with this ticket.
struct proposer_answer {
  std::uint64_t ticket = 0;
  errc failure = errc::none;
  blob result;
};

/// A batch for the log. `token` comes back when it is refused.
struct proposer_batch {
  std::uint64_t token = 0;
  std::vector<blob> commands;
};

/// Names for the batches of one collection actor.
class token_source {
public:
  [[nodiscard]] std::uint64_t take() noexcept { return next_++; }

private:
  std::uint64_t next_ = 1;
};

/// What a collection knows of the leader.
class leader_watch {
public:
  /// Takes what the node says; true when it is a new leader, or the same in a new term.
  bool update(const std::optional<raft::member_id>& leader, raft::term_t term, raft::timestamp now);

  /// It is known that there is none: proposals are pointless. False as long as nobody has said.
  [[nodiscard]] bool leaderless() const noexcept { return told_ && !leader_; }
  /// There has been none since `start` at least.
  [[nodiscard]] bool leaderless_since(raft::timestamp start) const noexcept {
    return leaderless() && last_led_ <= start;
  }

private:
  bool told_ = false;
  std::optional<raft::member_id> leader_;
  raft::term_t term_ = 0;
  raft::timestamp last_led_ = raft::timestamp::min();
};

/// What has to be done: answer first, then propose; the order of batches matters.
struct proposer_output {
  std::vector<proposer_answer> answers;
  std::vector<proposer_batch> batches;
};

/// Limits of a proposer, and its times.
struct proposer_config {
  std::size_t max_batch_entries = 8192;
  std::size_t max_batch_bytes = std::size_t{1} << 20; ///< a longer command goes in parts
  std::size_t max_outstanding = std::size_t{1} << 16;
  std::size_t max_outstanding_bytes = std::size_t{64} << 20;
  raft::duration session_ttl = std::chrono::seconds{60};
  raft::duration session_idle = std::chrono::seconds{120};
  raft::duration min_retry = std::chrono::milliseconds{10};
  raft::duration max_retry = std::chrono::milliseconds{200};
  raft::duration resend_after = std::chrono::milliseconds{500};
  raft::duration max_resend_after = std::chrono::seconds{4};
  /// Makes a new session id: 128 random bits.
  std::function<raft::incarnation_id()> make_session;
};

/// No deadline.
inline constexpr raft::timestamp never = raft::timestamp::max();

/// The queue of one member's operations on one collection.
///
/// Operations are numbered when they are sent, in the order of the queue. Everything in front of
/// the cursor is on its way; a rewind (refusal, gap, new leader, silence) moves the cursor back
/// and sends again from there under a new attempt; the session drops what comes twice.
///
/// An operation whose deadline passes is answered at once. What becomes of its number:
///  - No attempt of it, nor of any operation behind it, can be in a log: it is taken out, and those
///    behind move up. It cannot have happened, and never will.
///  - It has become the first in the queue: the queue begins behind it, and `first_outstanding`
///    tells the session not to wait for it.
///  - Otherwise it stays as a place holder, and is sent as a `skip` from then on: the session must
///    not wait for it for ever, and a late effect after the caller was told is least welcome.
///    Whichever copy comes first, it or the skip, takes the number, so it is never applied twice.
class proposer {
public:
  /// `tokens` is shared with the other users of the same origin and outlives this.
  proposer(proposer_config config, token_source& tokens);

  /// Queues a command, for the state machine or about the `content`. Answers none, or why it was
  /// refused at once: `overloaded`, `too_large`. Where it may be in a log at its deadline, its
  /// outcome is waited for as much longer as `grace` says.
  errc submit(std::uint64_t ticket, blob command, raft::timestamp deadline, raft::timestamp now,
              raft::duration grace = raft::duration{0}, bool content = false);

  /// The collection has this number from now on; nothing is sent before.
  void created(std::uint64_t number) noexcept { number_ = number; }

  /// Batches are within these limits from now on.
  void limit_batches(std::size_t entries, std::size_t bytes) noexcept;

  /// The leader has changed (empty: none is known).
  void leader_changed(const std::optional<raft::member_id>& leader, raft::term_t term,
                      raft::timestamp now);

  /// The batch `token` was appended nowhere. Unknown tokens are ignored.
  void refused(std::uint64_t token, raft::timestamp now);

  /// Waiting has no sense any more: answers what cannot be in any log with `reason`.
  void give_up(errc reason, proposer_output& out);

  /// An entry has been applied on this member; those of other sessions are ignored.
  void applied(const applied_entry& entry, raft::index_t index, raft::timestamp now,
               proposer_output& out);

  /// The state was replaced by a later one, so what was applied in between is not known one by one.
  /// As with a new leader, everything outstanding is proposed again; what was applied comes back as
  /// a duplicate with its result. `check_session` has to follow.
  void installed(raft::index_t index, raft::timestamp now);

  /// To be called after each batch of entries: the session has ended if `alive(session)` is false.
  template <class Predicate>
  void check_session(Predicate alive, proposer_output& out) {
    if (confirmed_ && !alive(*session_))
      restart_session(out);
  }

  /// Sends what may be sent.
  void flush(raft::timestamp now, proposer_output& out);

  /// Time has passed: answers what has reached its deadline, sends again what is missing.
  void tick(raft::timestamp now, proposer_output& out);

  /// When `tick` wants to be called; may be earlier than necessary.
  [[nodiscard]] raft::timestamp deadline() const noexcept;

  /// Answers everything: what may be in a log with `outcome_unknown`, the rest with `reason`; and
  /// closes the session.
  void fail_all(errc reason, raft::timestamp now, proposer_output& out);

  [[nodiscard]] std::size_t outstanding() const noexcept { return queue_.size(); }
  [[nodiscard]] std::optional<raft::incarnation_id> session() const noexcept { return session_; }
  /// There is something that `flush` would send.
  [[nodiscard]] bool wants_flush(raft::timestamp now) const noexcept;

private:
  struct pending {
    std::uint64_t ticket = 0;
    blob command;
    raft::timestamp submitted{0};
    raft::timestamp deadline{0};
    raft::duration grace{0};        ///< that is left
    std::uint64_t last_attempt = 0; ///< 0: never sent
    std::uint32_t in_doubt = 0;     ///< batches with it that were not refused
    bool abandoned = false;         ///< answered; only its place is left
    bool content = false;           ///< `operation_envelope::content`
    /// It may have been applied inside a snapshot that was installed since.
    bool unseen = false;
  };

  /// A batch that may be in a log.
  struct sent_batch {
    std::uint64_t token = 0;
    std::uint64_t attempt = 0;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
  };

  [[nodiscard]] std::uint64_t end() const noexcept { return first_ + queue_.size(); }
  [[nodiscard]] bool in_flight() const noexcept { return cursor_ > first_; }
  pending& at(std::uint64_t sequence) { return queue_[sequence - first_]; }
  void rewind(std::uint64_t sequence);
  void hold_back(raft::timestamp now);
  void progress(raft::timestamp now);
  void pop_finished();
  void take_out_unsent();
  void release(pending& which);
  void expire(raft::timestamp now, proposer_output& out);
  [[nodiscard]] errc verdict_of(const pending& which) const;
  void restart_session(proposer_output& out);
  void resolve(const applied_entry& entry, raft::timestamp now, proposer_output& out);
  void send_batch(raft::timestamp now, proposer_output& out);
  [[nodiscard]] blob encode_part(const pending& which, std::size_t offset, std::size_t count) const;
  void maintain_session(raft::timestamp now, proposer_output& out);
  void propose_alone(blob command, raft::timestamp now, proposer_output& out);
  void close_session(raft::timestamp now, proposer_output& out);

  proposer_config config_;
  token_source& tokens_;
  std::uint64_t number_ = 0;
  raft::index_t applied_index_ = 0;

  fifo<pending> queue_;
  std::uint64_t first_ = 1;     ///< sequence of queue_.front()
  std::uint64_t cursor_ = 1;    ///< sequence that is sent next
  std::size_t part_offset_ = 0; ///< bytes of it that are in earlier batches of this flush
  std::uint64_t attempt_ = 1;
  std::size_t bytes_ = 0;
  raft::timestamp earliest_deadline_ = never; ///< at most that of any operation
  fifo<sent_batch> sent_;

  std::optional<raft::incarnation_id> session_;
  raft::index_t opened_after_ = 0;
  bool confirmed_ = false; ///< its open has been applied
  bool open_sent_ = false; ///< in the present attempt

  leader_watch leader_;
  raft::timestamp hold_until_ = raft::timestamp::min();
  raft::duration retry_;
  raft::timestamp last_progress_{0};
  raft::duration resend_;
  raft::timestamp last_sent_{0};
  raft::timestamp last_used_{0}; ///< last submit
};

} // namespace hamok
