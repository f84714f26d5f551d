#pragma once

// Exactly once: sessions around a state machine (Raft thesis, 6.3; consensus.md, 9). Whatever is
// proposed twice, reordered or delivered late takes effect at most once, and its result is kept
// until the proposer has said that it needs it no more.

#include "hamok/collections/applied_entry_state.hpp"
#include "hamok/collections/content_command_state.hpp"
#include "hamok/collections/operation_state.hpp"
#include "hamok/collections/state_machine_state.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace hamok {

class session_table;
struct session_record;
struct session_part;
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
  session_state(session_state&&) noexcept;
  session_state& operator=(session_state&&) noexcept;
  ~session_state();

  /// Applies the committed entry `data`. Indices that were applied before change nothing.
  applied_entry apply(const command_context& context, const blob& data);

  /// Gives a new collection its initial content, as the state machine's `restore` takes it. Bytes
  /// that cannot be understood leave it empty, on all members alike.
  bool initialize(const blob& content);

  /// Sessions and content as they are now (consensus.md, 9 and 11). It shares the sessions, which
  /// are copied one by one when they are used again; what the machine does is its own affair
  /// (`state_machine::cut`).
  [[nodiscard]] std::shared_ptr<const session_cut> cut();

  /// Replaces everything by what a cut has written. Hostile bytes are refused whole: false, nothing
  /// changed.
  bool load(state_source& source);

  /// The same as one piece of memory.
  [[nodiscard]] blob snapshot() const;
  bool restore(const blob& snapshot);

  [[nodiscard]] state_machine& machine() noexcept { return *machine_; }
  [[nodiscard]] const state_machine& machine() const noexcept { return *machine_; }
  [[nodiscard]] raft::index_t applied_index() const noexcept;
  [[nodiscard]] std::size_t session_count() const noexcept;
  [[nodiscard]] bool contains(const raft::incarnation_id& id) const;

  /// Of the sessions alone; the content's is `machine().digest()`. A function of the state, however
  /// it came about; costs a step for each session, not for what they keep.
  [[nodiscard]] digest128 session_digest() const;

  /// Of sessions and content.
  [[nodiscard]] digest128 digest() const;

private:
  applied_entry apply_operation(const command_context& context, operation_envelope operation);
  applied_entry apply_next(const command_context& context, session_record& owner,
                           operation_envelope& operation, applied_entry result);
  bool take_part(session_record& owner, operation_envelope& operation, applied_entry& result) const;
  void apply_content(session_record& owner, const blob& command, applied_entry& result);
  content_outcome replace_content(std::vector<blob> pieces, applied_entry& result);

  std::unique_ptr<state_machine> machine_;
  session_limits limits_;
  std::unique_ptr<session_table> sessions_;
};

/// A session state at one index.
class session_cut final : public state_cut {
public:
  session_cut(std::shared_ptr<const session_part> part, std::shared_ptr<const state_cut> content)
      : part_(std::move(part)),
        content_(std::move(content)) {}

  void write(state_sink& out) const override;
  /// Equal to `session_state::digest` at that index.
  [[nodiscard]] digest128 digest() const override;
  [[nodiscard]] raft::index_t applied_index() const noexcept;
  /// The content alone, without sessions.
  [[nodiscard]] const state_cut& content() const noexcept { return *content_; }

private:
  std::shared_ptr<const session_part> part_;
  std::shared_ptr<const state_cut> content_;
};

} // namespace hamok
