#pragma once

// What a role actor owns and hands to its successor by move: the core, and everything that the
// core's effects are carried out with.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/actors/snapshot_pieces.hpp"
#include "hamok/raft/core.hpp"
#include "hamok/raft/storage.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

namespace hamok {

/// Brings the news of finished writes to whichever role actor owns the core at that time.
///
/// Thread safety: all functions from any thread.
class durable_relay {
public:
  /// News go to `owner` from now on; to nobody when it is empty.
  void aim(role_actor owner) {
    const std::lock_guard guard{mutex_};
    owner_ = std::move(owner);
  }

  void done(std::uint64_t sequence, bool ok) {
    const std::lock_guard guard{mutex_};
    if (owner_)
      compat::anon_send(owner_, write_done{sequence, ok});
  }

private:
  std::mutex mutex_;
  role_actor owner_;
};

/// The belongings of the present role.
struct role_context {
  raft::core core;
  placement where = placement::automatic;
  node_actor node;
  applier_actor applier;
  std::shared_ptr<raft::log_storage> storage;
  std::shared_ptr<durable_relay> relay;
  /// The last entry that the applier was sent, or has in an installed snapshot. The node knows it
  /// when a role has died: the collections may have much of that before them yet.
  std::shared_ptr<std::atomic<raft::index_t>> given;
  /// Whether somebody wants to see messages of the algorithm.
  std::shared_ptr<const std::atomic<bool>> watch_messages;
  std::map<raft::member_id, link_actor> links;
  snapshot_pieces offered;       ///< the cut that was taken last, until the core releases it
  snapshot_pieces received;      ///< of the snapshot that is coming in
  bool members_told = false;     ///< the node knows who takes part
  raft::index_t told_commit = 0; ///< what leaders have said to be committed
};

/// Spawns the actor for the role that `context->core` has. It does nothing before its first
/// message.
[[nodiscard]] role_actor spawn_role(caf::actor_system& system,
                                    std::unique_ptr<role_context> context);

} // namespace hamok
