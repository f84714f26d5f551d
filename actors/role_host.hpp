#pragma once

// The node's side of the role actors: it starts the first one, follows each handover, and starts
// anew from storage when one dies.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/actors/role_context.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace hamok {

/// A link to a member is up (with its actor), or the last one is gone (without).
struct link_news {
  raft::member_id member;
  std::optional<link_actor> link;
};

/// What the node has for the present role.
using role_input = std::variant<peer_message, proposal_batch, link_news, applied_up_to,
                                transfer_request, change_task, snapshot_taken, snapshot_installed>;

/// Keeps one role actor alive. Used by the node actor alone.
class role_host {
public:
  /// What the host asks of the node.
  struct callbacks {
    /// A fresh context: the core as storage has it, and the links that are up.
    std::function<std::unique_ptr<role_context>()> make_context;
    /// This batch cannot be passed on.
    std::function<void(const proposal_batch&)> refuse;
    /// The role actor has died and another one follows from storage.
    std::function<void(const caf::error&)> died;
    /// The last role actor is gone after `stop`.
    std::function<void()> stopped;
  };

  role_host(self_ptr self, compat::monitors& monitors, callbacks calls)
      : self_(self),
        calls_(std::move(calls)),
        monitors_(monitors) {}
  role_host(const role_host&) = delete;
  role_host& operator=(const role_host&) = delete;
  ~role_host();

  /// Starts a follower from what storage has.
  void start();
  /// Ends the role; `callbacks::stopped` follows once it is gone, at once when there is none.
  void stop();

  /// Passes something on to the present role, in order, across handovers; drops it when there is
  /// no role.
  void send(role_input input);

  /// The role `from` has handed over to `successor`. False: `from` is not the present role.
  bool changed(const caf::actor_addr& from, role_actor successor);
  [[nodiscard]] bool is_current(const caf::actor_addr& role) const;
  [[nodiscard]] const role_actor& current() const noexcept { return current_; }

private:
  void adopt(role_actor role);
  void on_down(const caf::actor_addr& role, const caf::error& reason);
  void on_retired(const caf::actor_addr& role);
  void recover();
  void deliver(role_input& input);

  self_ptr self_;
  callbacks calls_;
  compat::monitors& monitors_; // an actor can have one only
  role_actor current_;
  /// Predecessors that still pass on what is in their mailboxes, the oldest first. Each is asked to
  /// leave once the one before it is gone, so that nothing comes to it any more.
  std::deque<role_actor> retiring_;
  std::vector<role_input> held_; ///< what came meanwhile, for the present role
  std::shared_ptr<durable_relay> relay_;
  caf::timespan pause_{0}; ///< before the next recovery, when it follows the last one closely
  raft::timestamp last_death_{0};
  bool running_ = false;
};

} // namespace hamok
