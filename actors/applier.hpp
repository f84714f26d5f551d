#pragma once

// The applier of a member: the only sender of creations and batches to collections, in log order.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/collections/registry.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hamok {

/// Brings a collection to life: `spawn_collection` of the registry, or a fake in tests.
using collection_spawner =
    std::function<caf::expected<collection_actor>(collection_context, collection_spec)>;

/// What an applier is made with.
struct applier_config {
  node_actor node;
  local_access access;
  collection_options options;
  collection_spawner spawn_collection;
};

/// State of the applier actor.
class applier_state {
public:
  using interface = applier_actor;

  applier_state(self_ptr self, applier_config config);
  applier_state(const applier_state&) = delete;
  applier_state& operator=(const applier_state&) = delete;
  ~applier_state();

  applier_actor::behavior_type make_behavior();

private:
  /// The part of a batch that a collection has not confirmed.
  struct sent_part {
    raft::index_t index; ///< of its last item
    std::uint64_t batch; ///< which batch it belongs to
  };

  struct collection {
    collection_spec spec;
    collection_actor actor;
    std::uint64_t origin = 0;
    std::uint64_t number = 0;     ///< 0: its creation is not committed yet
    raft::index_t sent_index = 0; ///< items up to here were sent
    caf::error gone;              ///< why there is no actor here; none: there is one
    std::deque<sent_part> unconfirmed;
    apply_batch next; ///< items of the batch that is being taken apart
  };

  struct batch {
    raft::index_t last_index;
    std::size_t unconfirmed; ///< collections that have not confirmed their part
  };

  using collection_ptr = std::shared_ptr<collection>;

  void on_committed(const committed_batch& committed);
  void take(raft::index_t index, const raft::entry& entry);
  void send_parts(raft::index_t last_index);
  void on_applied(const collection_applied& msg);
  void advance();
  void on_created(raft::index_t index, collection_spec spec);
  void make_created(raft::index_t index, collection_spec spec);
  caf::expected<collection_actor> open(collection_spec spec);
  caf::expected<collection_actor> find(const std::string& name) const;
  caf::expected<collection_ptr> bring_to_life(collection_spec spec, bool create);
  void drain_all(caf::timespan limit);
  void on_down(std::uint64_t origin, const caf::error& reason);
  void on_notice(const leader_notice& notice);
  void on_refused(const proposal_refused& msg);
  caf::result<std::vector<collection_status>> statuses();

  self_ptr self_;
  applier_config config_;
  compat::monitors monitors_;
  /// A name that has a number keeps it for good, even without an actor: a second creation of it
  /// means nothing to the other members.
  std::map<std::string, collection_ptr> by_name_;
  std::map<std::uint64_t, collection_ptr> by_number_; ///< those with an actor
  std::map<std::uint64_t, collection_ptr> by_origin_;
  std::vector<collection_ptr> touched_; ///< collections with items in `next`
  std::deque<batch> batches_;
  std::uint64_t first_batch_ = 0; ///< number of the batch at the front
  std::uint64_t last_origin_ = 0;
  raft::index_t applied_index_ = 0;
  std::optional<leader_notice> notice_;
};

} // namespace hamok
