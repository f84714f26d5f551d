#pragma once

// What the three role actors have in common: build an event, step the core, carry out what comes
// of it, and hand everything to a successor when the role changes.

#include "hamok/actors/role_context.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace hamok {

/// The thin shell around a core. Lives inside of one role actor and is used by nobody else.
class role_shell {
public:
  role_shell(self_ptr self, std::unique_ptr<role_context> context);
  role_shell(const role_shell&) = delete;
  role_shell& operator=(const role_shell&) = delete;
  ~role_shell() = default;

  /// What every role does with its messages. Only batches of operations are handled in two ways:
  /// a leader gathers them, all others refuse. `on_tick` stands in for `on_deadline`, if it is set.
  [[nodiscard]] role_actor::behavior_type
  behavior(std::function<void(proposal_batch&)> on_batch,
           std::function<void(const deadline_reached&)> on_tick = {});

  // The handlers that are the same in every role.
  void on_peer_message(peer_message& msg);
  void on_link_opened(const raft::member_id& member, link_actor link);
  void on_link_closed(const raft::member_id& member);
  void on_applied(const applied_up_to& msg);
  void on_transfer(const transfer_request& msg);
  void on_change(change_task& msg);
  void on_snapshot_taken(snapshot_taken& msg);
  void on_snapshot_installed(const snapshot_installed& msg);
  caf::result<node_snapshot> on_export(node_snapshot& head);
  /// The first entry that the log still has.
  raft::index_t on_compact(raft::index_t up_to);
  void on_write_done(const write_done& msg);
  void on_deadline(const deadline_reached& msg);
  [[nodiscard]] role_view view() const;

  /// Refuses a batch, because this role does not lead.
  void refuse(const proposal_batch& batch);
  void refuse(const proposal_batch& batch, errc reason);
  /// Appends the commands of all `batches` in one go, or refuses each of them.
  void propose(std::vector<proposal_batch> batches);
  /// What is in `batches` when the role changes goes to the successor, in front of the mailbox.
  void keep_for_successor(std::vector<proposal_batch>* batches) { unproposed_ = batches; }

  [[nodiscard]] self_ptr self() const noexcept { return self_; }

private:
  std::optional<raft::proposal_outcome> step(raft::event_body what);
  void tell_members();
  void persist(const raft::persist_request& request);
  void fail();
  void send(std::vector<raft::outbound>& messages);
  void send(const raft::member_id& to, raft::message& message);
  void send_chunks(std::vector<raft::chunk_send>& chunks);
  void care_for_snapshots(raft::output& out);
  void let_go(snapshot_pieces& pieces);
  void apply(raft::committed_entries& committed);
  void arm();
  void report();
  [[nodiscard]] role_view short_view() const;
  void hand_over();
  role_actor::behavior_type forwarding();

  self_ptr self_;
  std::unique_ptr<role_context> context_; ///< empty once it is handed over
  node_actor node_;
  raft::role role_;
  role_view reported_;
  std::deque<std::uint64_t> durable_; ///< writes that were done at once; the core has to be told
  std::vector<proposal_batch>* unproposed_ = nullptr;
  std::optional<change_task> changing_; ///< what the core is asked in this very step
  std::optional<raft::timestamp> armed_;
  std::uint64_t generation_ = 0;
  bool failed_ = false;
  role_actor successor_;
};

} // namespace hamok
