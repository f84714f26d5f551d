#pragma once

// What the checks are shown: every member as it is, and what has just happened.

#include "hamok/raft/core.hpp"
#include "hamok/raft/event.hpp"
#include "hamok/raft/life.hpp"
#include "hamok/raft/storage.hpp"
#include "hamok/tests/sim/command.hpp"
#include "hamok/tests/sim/history.hpp"
#include "hamok/tests/sim/roster.hpp"
#include "hamok/tests/sim/shadow_log.hpp"
#include "hamok/tests/sim/state_machine.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace hamok::sim {

/// The core of a member between two steps.
struct core_view {
  raft::role role = raft::role::follower;
  raft::term_t term = 0;
  std::size_t vote = nobody;
  std::size_t leader = nobody;
  raft::index_t commit_index = 0;
  raft::index_t delivered_index = 0;
  raft::index_t durable_index = 0;
  raft::index_t last_index = 0;
  timestamp deadline{0};

  friend bool operator==(const core_view&, const core_view&) = default;
};

[[nodiscard]] core_view look(const roster& lives, const raft::core& from);

/// The first of the last `count` indices at which the two differ; 0 when there is none.
[[nodiscard]] raft::index_t first_difference(const raft::log& real, const shadow_log& shadow,
                                             raft::index_t count);

/// One member, with what only an observer sees.
struct member_view {
  bool up = false;
  std::uint64_t life = 0; ///< counts starts
  const raft::core* core = nullptr;
  core_view now;
  shadow_log log;     ///< of the core
  shadow_log written; ///< that storage has been told to write
  shadow_log synced;  ///< that survives a crash
  raft::hard_state written_hard;
  raft::hard_state synced_hard;
  raft::index_t applied_index = 0; ///< by the state machine
  raft::index_t told_applied = 0;  ///< of these, what the core was told
  raft::index_t saved_index = 0;   ///< of the last snapshot on its disk
};

struct cluster_view {
  const scenario& plan;
  const roster& lives;
  std::deque<member_view> members; ///< by number
  history past;
  timestamp now{0};

  /// The configuration that is in force when `log` ends at `index`.
  [[nodiscard]] const raft::configuration& members_at(const shadow_log& log,
                                                      raft::index_t index) const {
    const auto held = log.configuration_at(index);
    return held.members ? *held.members : lives.founders();
  }
};

/// The events of a core, in the order of `raft::event_body`.
enum class event_kind {
  tick,
  receive,
  persisted,
  applied,
  propose,
  link_up,
  link_down,
  change_members,
  transfer_leadership,
  compact,
  cut_taken,
  installed,
};

/// One `core.step`.
struct step_view {
  std::size_t who = 0;
  event_kind event = event_kind::tick;
  std::size_t from = nobody;     ///< of a received message, or at the other end of a link
  raft::term_t message_term = 0; ///< that a received message gives as its sender's
  std::optional<raft::vote_request> vote_request;     ///< when one was received
  bool append_received = false;                       ///< an append or install request
  std::optional<raft::append_response> append_answer; ///< when one was received
  bool chunk_is_right = true; ///< the data of a received install request has its checksum
  std::optional<raft::install_response> install_answer; ///< when one was received
  raft::index_t installed_index = 0; ///< of the snapshot that was installed with success; 0: none
  bool timeout_now = false;
  bool must_be_rejected = false; ///< it received what no member of the group can have sent
  raft::hard_state hard_before;  ///< in that case only
  std::vector<raft::peer_progress> progress_before; ///< in that case only
  timestamp local_now{0};
  core_view before;
  const core_view* after = nullptr;
  const raft::output* out = nullptr;
  raft::index_t log_changed_from = 0; ///< the first index written or dropped; 0: none
  /// The first index at which the core's log is another than it has told storage; 0: none.
  raft::index_t log_differs_from = 0;
};

/// A message is about to leave.
struct send_view {
  std::size_t who = 0;
  std::size_t to = nobody;
  const raft::message* message = nullptr;
};

/// A member has handed an entry to its state machine.
struct apply_view {
  std::size_t who = 0;
  raft::index_t index = 0;
  std::uint64_t chain = 0; ///< of all that this state machine was given
  bool repeated = false;   ///< it has it from before the role died, and was not given it again
  operation_result result;
  std::uint64_t digest = 0;
  const state_machine* machine = nullptr; ///< as it is now
};

/// A member has made a cut.
struct cut_view {
  std::size_t who = 0;
  raft::index_t index = 0;
  blob bytes;
};

/// A member's state machine has become that of a snapshot: of another member, or its own at a
/// start.
struct install_view {
  std::size_t who = 0;
  raft::index_t index = 0;
  std::uint64_t digest = 0;
  blob bytes;
  const state_machine* machine = nullptr; ///< as it is now
};

/// A storage outside was asked for a write, and has not answered yet.
struct execute_view {
  std::size_t who = 0; ///< asks
  raft::index_t index = 0;
  bool is_new = false; ///< it was not done before
  const content* touches = nullptr;
  const content* held = nullptr; ///< all that the storage has then
};

/// A client has been told that its operation is done.
struct ack_view {
  operation what;
  operation_result result;
  raft::index_t acknowledged_before = 0; ///< highest index acknowledged when it was first sent
};

/// A node makes durable who it is, before anything else is done about that.
struct save_view {
  std::size_t who = 0;             ///< its present life
  const node_plan* plan = nullptr; ///< what its operator has told it
  const raft::identity* before = nullptr;
  const raft::identity* now = nullptr;
};

/// A node starts a core.
struct begin_view {
  std::size_t who = 0;
  const raft::identity* known = nullptr;     ///< what it has made durable
  const raft::snapshot_meta* base = nullptr; ///< none: it goes on from what storage holds
};

/// A node has something to tell its operator.
struct notice_view {
  std::size_t who = 0;
  raft::notice what = raft::notice::joined;
};

/// A caller wishes something from a node.
struct wish_view {
  std::size_t who = 0;
  const raft::wish* what = nullptr;
};

/// A core has answered what it was asked because of a wish of `who`.
struct asked_view {
  std::size_t who = 0;
  std::uint64_t order = 0;
  const raft::change_outcome* outcome = nullptr;
};

/// A node has answered a wish.
struct answer_view {
  std::size_t who = 0;
  raft::order_answer answer;
};

} // namespace hamok::sim
