#pragma once

// Exactly once: sessions around a state machine (Raft thesis, 6.3; consensus.md, 9). Whatever is
// proposed twice, reordered or delivered late takes effect at most once, and its result is kept
// until the proposer has said that it needs it no more.

#include "hamok/collections/content_command_state.hpp"
#include "hamok/collections/fifo_state.hpp"
#include "hamok/collections/operation_state.hpp"
#include "hamok/collections/state_machine_state.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace hamok {

/// What an entry has done.
enum class verdict : std::uint8_t {
  applied,         ///< an operation, now
  duplicate,       ///< it was applied before; `result` is the stored one
  buffered,        ///< a part of a command was taken; nothing is applied before the last one
  stale,           ///< the proposer has given this sequence up; nothing was applied
  gap,             ///< `expected` has to come first (again); nothing was applied
  session_expired, ///< there is no such session; nothing was applied
  opened,          ///< the session is open (now or before)
  kept_alive,
  session_closed,
  replaced,          ///< the content is another one, without any session
  too_many_sessions, ///< the session was not opened
  malformed,         ///< no envelope, or one that is for nobody
  repeated,          ///< the index was applied before
};

struct applied_entry {
  verdict what = verdict::malformed;
  raft::incarnation_id session;
  std::uint64_t sequence = 0;
  std::uint64_t attempt = 0;
  std::uint64_t expected = 0; ///< with `gap`: the sequence that is to come next
  command_status status = command_status::ok;
  blob result;
  std::vector<state_event> events;
};

/// Bounds of the replicated state. They are the same on all members: part of the algorithm.
struct session_limits {
  std::size_t max_sessions = 1U << 16;
  std::size_t max_retired = 1U << 16;
  /// Results that one session keeps, in number and in bytes; then it answers `gap` until the
  /// proposer raises `first_outstanding`.
  std::size_t max_results = 1U << 17;
  std::size_t max_result_bytes = std::size_t{64} << 20;
  /// A command that is put together from parts.
  std::size_t max_command_bytes = std::size_t{64} << 20;
  /// New content that one session gathers (`content_piece`).
  std::size_t max_content_bytes = std::size_t{2} << 30;
  raft::duration max_ttl = std::chrono::hours{24};
};

class session_cut;

/// A state machine with its sessions: what one collection replicates.
///
/// An old copy of an `open` must not bring a session back, or its old operations would be applied
/// again as new ones. So the ids of ended sessions are kept, with the index where each ended.
/// There is room for a bounded number; when the oldest of them is dropped, its index becomes the
/// floor, and an open that was made up (`opened_after`) before the floor is refused. Any copy of
/// the dropped session's open was made up before that session ended, so it stays refused.
class session_state {
public:
  explicit session_state(std::unique_ptr<state_machine> machine, session_limits limits = {});

  /// Applies the committed entry `data`. Indices that were applied before change nothing.
  applied_entry apply(const command_context& context, const blob& data);

  /// Gives a new collection its initial content, as the state machine's `restore` takes it. Bytes
  /// that cannot be understood leave it empty, on all members alike.
  bool initialize(const blob& content);

  /// Sessions and content as they are now (consensus.md, 9 and 11). The sessions are copied; what
  /// the machine does is its own affair (`state_machine::cut`).
  [[nodiscard]] std::shared_ptr<const session_cut> cut();

  /// Replaces everything by what a cut has written. Hostile bytes are refused whole: false, nothing
  /// changed.
  bool load(state_source& source);

  /// The same as one piece of memory.
  [[nodiscard]] blob snapshot() const;
  bool restore(const blob& snapshot);

  [[nodiscard]] state_machine& machine() noexcept { return *machine_; }
  [[nodiscard]] const state_machine& machine() const noexcept { return *machine_; }
  [[nodiscard]] raft::index_t applied_index() const noexcept { return part_.applied_index; }
  [[nodiscard]] std::size_t session_count() const noexcept { return part_.sessions.size(); }
  [[nodiscard]] bool contains(const raft::incarnation_id& id) const;

  /// Of the sessions alone; the content's is `machine().digest()`. A function of the state, however
  /// it came about; costs a step for each session, not for what they keep.
  [[nodiscard]] digest128 session_digest() const;

  /// Of sessions and content.
  [[nodiscard]] digest128 digest() const;

private:
  friend class session_cut;

  struct stored_result {
    command_status status = command_status::ok;
    blob result;
    digest128 digest; ///< of all this at its sequence
  };

  /// A command that comes in parts. Its digest grows with it, block by block, wherever it was cut.
  /// Copies share the blocks, so that a cut costs little whatever is under way.
  class parts {
  public:
    [[nodiscard]] std::size_t size() const noexcept {
      return blocks_.size() * block + rest_.size();
    }
    void append(std::span<const std::byte> fresh);
    /// Gives the bytes away; nothing is left.
    [[nodiscard]] std::vector<std::byte> take();
    /// The same, in pieces.
    [[nodiscard]] std::vector<blob> take_pieces();
    void write(raft::writer& out) const;
    [[nodiscard]] digest128 digest() const;

  private:
    static constexpr std::size_t block = std::size_t{64} << 10;

    std::vector<blob> blocks_;
    std::vector<std::byte> rest_; ///< less than a block
    digest128 whole_blocks_;
  };

  struct session {
    raft::duration ttl{0};
    raft::duration last_active{0};
    std::uint64_t first_outstanding = 1;
    std::uint64_t next = 1;
    fifo<stored_result> results; ///< of [first_outstanding, next)
    std::size_t result_bytes = 0;
    digest128 result_digest; ///< the sum of the results'
    parts command;           ///< what there is of the command `next`
    parts content;           ///< what there is of the import
    raft::incarnation_id import;
  };

  using session_map = std::map<raft::incarnation_id, session>;
  using retired_list = fifo<std::pair<raft::incarnation_id, raft::index_t>>;

  /// Everything but the state machine, as a snapshot has it.
  struct session_part {
    raft::index_t applied_index = 0;
    raft::duration clock{0};
    raft::index_t floor = 0;
    retired_list retired; ///< oldest first
    session_map sessions;
    digest128 retired_digest; ///< the sum of the retired's; not written out

    void write(state_sink& sink) const;
    [[nodiscard]] bool read(state_source& source);
    [[nodiscard]] digest128 digest() const;
  };

  applied_entry apply_operation(const command_context& context, operation_envelope operation);
  applied_entry apply_next(const command_context& context, session& owner,
                           operation_envelope& operation, applied_entry result);
  bool take_part(session& owner, operation_envelope& operation, applied_entry& result) const;
  void apply_content(session& owner, const blob& command, applied_entry& result);
  content_outcome replace_content(std::vector<blob> pieces, applied_entry& result);
  applied_entry apply_open(const command_context& context, const open_envelope& open);
  applied_entry apply_keep_alive(const keep_alive_envelope& alive);
  applied_entry apply_close(const command_context& context, const close_envelope& close);

  session* find(const raft::incarnation_id& id);
  static void give_up_before(session& owner, std::uint64_t first_outstanding);
  static void store(session& owner, command_status status, const blob& result);
  void expire(raft::index_t index);
  void retire(session_map::iterator which, raft::index_t index);

  static void encode_session(const session& value, raft::writer& out);
  [[nodiscard]] static session decode_session(raft::reader& in);

  std::unique_ptr<state_machine> machine_;
  session_limits limits_;
  session_part part_;

  // Not part of the state: they only save time.
  std::map<raft::incarnation_id, raft::index_t> retired_ids_;
  std::pair<raft::incarnation_id, session*> last_used_{};
  raft::duration next_expiry_ = raft::duration::max(); ///< no session ends before
};

/// A session state at one index.
class session_cut final : public state_cut {
public:
  session_cut(session_state::session_part part, std::shared_ptr<const state_cut> content)
      : part_(std::move(part)),
        content_(std::move(content)) {}

  void write(state_sink& out) const override;
  /// Equal to `session_state::digest` at that index.
  [[nodiscard]] digest128 digest() const override;
  [[nodiscard]] raft::index_t applied_index() const noexcept { return part_.applied_index; }
  /// The content alone, without sessions.
  [[nodiscard]] const state_cut& content() const noexcept { return *content_; }

private:
  session_state::session_part part_;
  std::shared_ptr<const state_cut> content_;
};

} // namespace hamok
