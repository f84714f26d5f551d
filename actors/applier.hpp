#pragma once

// The applier of a member: the only sender of creations, batches, cuts and installs to collections,
// in log order.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/actors/snapshot_worker.hpp"
#include "hamok/collections/divergence_state.hpp"
#include "hamok/collections/fifo_state.hpp"
#include "hamok/collections/registry.hpp"

#include <caf/typed_response_promise.hpp>

#include <chrono>
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
  /// How long collections have to take their parts in a cut.
  caf::timespan cut_patience = std::chrono::seconds{10};
  /// Entries between two checks that the members hold the same; 0: none are proposed here.
  std::uint64_t check_divergence_every = 0;
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
  /// What an actor has sent is given so long to arrive when it has ended.
  static constexpr caf::timespan last_words = std::chrono::seconds{1};

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
    bool talks = false;           ///< to those of other members
    fifo<sent_part> unconfirmed;
    apply_batch next; ///< items of the batch that is being taken apart
  };

  /// What is left to be done when all collections go on from a snapshot.
  struct installation {
    raft::index_t index = 0;
    std::vector<std::uint64_t> slots; ///< of the states that were replaced
    std::vector<std::string> changed; ///< collections whose content was replaced
  };

  struct batch {
    raft::index_t last_index;
    std::size_t unconfirmed; ///< collections that have not confirmed their part
    std::optional<installation> installed = std::nullopt;
  };

  /// The cut that is being made.
  struct pending_cut {
    std::uint64_t number = 0;
    raft::snapshot_meta meta;
    std::size_t missing = 0; ///< parts that have not come
    std::vector<taken_part> parts;
    std::optional<caf::actor_addr> writer; ///< all parts have come
  };

  /// The snapshot that is being read.
  struct pending_install {
    raft::index_t index = 0;
    caf::actor_addr reader;
  };

  /// An export that somebody waits for.
  struct pending_export {
    node_snapshot head;
    caf::typed_response_promise<node_snapshot> promise;
    std::size_t missing = 0; ///< parts that have not come
    std::vector<taken_part> parts;
    std::optional<caf::actor_addr> writer; ///< all parts have come
  };

  using collection_ptr = std::shared_ptr<collection>;

  void on_committed(const committed_batch& committed);
  void take(raft::index_t index, const raft::entry& entry);
  void send_parts(raft::index_t last_index);
  void on_applied(const collection_applied& msg);
  bool advance();
  void tell_applied();
  [[nodiscard]] std::uint64_t last_lost();
  void finish(const installation& done);
  void on_created(raft::index_t index, raft::duration cluster_time, collection_spec spec);
  void pass(const collection_ptr& receiver, apply_item item);
  collection_ptr attach(std::uint64_t number, const collection_spec& spec);
  collection_ptr pending_of(std::uint64_t number, const collection_spec& spec);
  collection_ptr make_created(std::uint64_t number, const collection_spec& spec);
  caf::expected<collection_actor> open(collection_spec spec);
  caf::expected<collection_actor> find(const std::string& name) const;
  caf::expected<collection_ptr> bring_to_life(collection_spec spec, bool create);
  void drain_all(caf::timespan limit);
  void on_down(std::uint64_t origin, const caf::error& reason);
  void on_notice(const leader_notice& notice);
  void on_refused(const proposal_refused& msg);
  void on_direct(direct_message& msg, const raft::member_id& from);
  void on_direct_reply(const direct_reply& reply, const raft::member_id& from);
  void on_peers(const peers_notice& peers);
  void forget_unconfirmed(collection& gone);
  caf::result<std::vector<collection_status>> statuses();
  caf::result<blob> submit(const std::string& name, execute& command);

  [[nodiscard]] static collection_label label_of(const collection& which) {
    return {which.number, which.spec.name, which.spec.kind, which.spec.options, which.spec.creator};
  }

  // Snapshots (applier_snapshots.cpp).
  [[nodiscard]] bool lacks_any() const;
  void on_cut(cut_request& request);
  void on_part(const part_taken& msg);
  void write_cut();
  void on_taken(snapshot_taken& msg);
  void drop_cut();
  void fail_cut();
  void count_cut(bool ok);
  void on_install(install_snapshot& msg);
  void on_loaded(snapshot_loaded& msg);
  void install(raft::index_t index, std::vector<loaded_part> parts);
  collection_ptr install_one(raft::index_t index, loaded_part& part, installation& out);
  void dismiss_all_but(const std::vector<loaded_part>& parts);
  void dismiss(const collection_ptr& which);
  void sweep(std::vector<std::uint64_t> slots);

  // Exports and imports (applier_exports.cpp).
  caf::result<node_snapshot> on_export(node_snapshot& head);
  bool take_exported(const part_taken& msg, const collection& from);
  void write_export(std::uint64_t number, pending_export& job);
  void on_exported(snapshot_exported& msg);
  void fail_export(std::uint64_t number, const std::string& why);
  void fail_exports_without(const std::string& name);
  void restore(raft::index_t index, raft::duration cluster_time, const blob& list);

  // Checks that the members hold the same (applier_checks.cpp).
  void propose_check();
  void on_check(raft::index_t index, const raft::entry& entry);
  void on_claim(const blob& entry);
  void after_check();
  void tell(const divergence& found);
  [[nodiscard]] std::optional<raft::member_id> leading() const;
  void propose(blob command);

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
  bool lost_any_ = false; ///< the actor of a collection has died, which may be back by now
  raft::index_t applied_index_ = 0;
  raft::index_t taken_index_ = 0; ///< entries up to here have come, or are in an installed snapshot
  std::optional<leader_notice> notice_;
  std::optional<peers_notice> peers_;
  std::optional<pending_cut> cut_;
  std::uint64_t last_cut_ = 0;                      ///< exports are counted with them
  std::map<std::uint64_t, pending_export> exports_; ///< by number
  unsigned failed_cuts_ = 0;                        ///< in a row
  std::optional<pending_install> install_;
  divergence_check checks_;
  raft::index_t last_check_ = 0;
};

} // namespace hamok
