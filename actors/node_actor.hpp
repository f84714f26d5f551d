#pragma once

// The stable address of a member: it owns storage, links, applier and the present role, and is the
// only one who knows all of them. Its parts: role_host (the role actors), member_links (links,
// dialers, listener), event_hub (subscribers), raft::life (its
// way into a cluster and out of it), raft::directory (endpoints).

#include "hamok/actors/applier.hpp"
#include "hamok/actors/event_hub.hpp"
#include "hamok/actors/interfaces/config.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/actors/member_links.hpp"
#include "hamok/actors/node_board.hpp"
#include "hamok/actors/role_host.hpp"
#include "hamok/raft/directory.hpp"
#include "hamok/raft/life.hpp"
#include "hamok/raft/storage.hpp"

#include <caf/typed_response_promise.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hamok {

/// What a node is made of besides its configuration; each part has a default.
struct node_parts {
  /// Where hard state and log are kept; default: in memory.
  std::shared_ptr<raft::log_storage> storage;
  /// Disturbs local links, for tests.
  std::shared_ptr<local_network> network;
  /// What facades in this process look at.
  local_access access;
  std::shared_ptr<node_board> board = std::make_shared<node_board>();
  /// Default: `spawn_collection` of the registry.
  collection_spawner spawn_collection;
};

/// State of the node actor.
class node_state {
public:
  using interface = node_actor;

  node_state(self_ptr self, node_config config, node_parts parts);
  node_state(const node_state&) = delete;
  node_state& operator=(const node_state&) = delete;
  ~node_state();

  node_actor::behavior_type make_behavior();
  void on_exit() { links_.lose_name(); }

private:
  using done_promise = caf::typed_response_promise<void>;

  /// Somebody who waits for a leader, or for an index to be applied.
  struct leader_waiter {
    caf::typed_response_promise<std::string> promise;
  };
  struct commit_waiter {
    caf::response_promise promise;
    collection_actor whose;             ///< it answers in the end; none: the index is the answer
    std::optional<raft::index_t> index; ///< none until it is a member, and a leader is known
  };

  // node_lifecycle.cpp
  caf::result<void> start();
  [[nodiscard]] caf::error begin();
  caf::result<void> stop();
  caf::result<void> close();
  caf::error add_peer(const peer_endpoint& added);
  void end_role();
  void on_role_stopped();
  void finish_stop();
  void forget_view();
  std::unique_ptr<role_context> make_context();
  [[nodiscard]] raft::core_config make_core_config() const;
  [[nodiscard]] raft::initial_state stored() const;
  caf::result<node_status> status();

  // node_transfer.cpp
  caf::result<void> transfer(const std::string& to);
  void on_transfer_ended(const transfer_ended& msg);
  void on_next_leader();
  void answer_transfers(const caf::error& problem);
  caf::result<void> leave();
  void begin_end();
  void begin_drain();
  void end_drain();
  void on_leave_answered(const caf::error& problem);
  void stop_instead();
  void answer_leaving(const caf::error& problem);

  // node_life.cpp
  [[nodiscard]] caf::error begin_life();
  void live(raft::life_event what);
  void perform(raft::life_output& out);
  void arm_life(raft::timestamp due);
  void say(const raft::member_id& to, raft::node_word what);
  void ask(const raft::change_request& request);
  void on_change_result(const change_result& msg);
  void tell(const raft::life_notice& what);
  void start_core(const raft::core_start& how);
  [[nodiscard]] bool lay_base(const raft::core_start& how);
  void stop_core();
  [[nodiscard]] bool core_has_ended();
  void on_members(members_seen& seen);
  void on_word(peer_word& msg, const raft::member_id& from);
  void on_turned_away(const turned_away_by& msg);
  void learn(const std::vector<raft::known_peer>& told);
  void refresh_peers();
  void refresh_words();
  [[nodiscard]] hello_policy make_policy() const;
  [[nodiscard]] hello make_hello() const;
  [[nodiscard]] std::vector<std::string> member_names() const;
  [[nodiscard]] std::string endpoint_of(const std::string& peer) const;
  caf::result<void> wish(raft::wish_kind kind, const std::string& peer, caf::timespan timeout);
  caf::result<void> add_member(const peer_endpoint& added, caf::timespan timeout);
  void answer_wish(std::uint64_t id, const caf::error& problem);

  // node_routing.cpp
  [[nodiscard]] errc absence() const;
  [[nodiscard]] errc refusal() const;
  void on_storage_failed();
  void take_no_part();
  void on_proposals(proposal_batch& batch);
  void refuse(const proposal_batch& batch, errc reason);
  void on_refused(const proposal_refused& msg);
  void return_refusal(const proposal_refused& msg);
  void on_peer_message(peer_message& msg);
  caf::result<collection_actor> open(collection_spec spec);
  caf::result<collection_actor> find(std::string name);
  caf::result<std::vector<collection_status>> list();
  caf::result<blob> submit(std::string& id, execute& command);
  void on_applied(const applied_up_to& msg);
  caf::result<raft::index_t> compact(raft::index_t up_to);

  // node_direct.cpp
  void on_direct(direct_message& msg, const raft::member_id& from);
  void on_direct_reply(const direct_reply& reply, const raft::member_id& from);
  void send_direct(const raft::member_id& to, direct_message& msg);
  void send_direct_reply(const raft::member_id& to, const direct_reply& reply);
  [[nodiscard]] std::optional<link_actor> link_with(const raft::member_id& life) const;
  void tell_peers();

  // node_events.cpp
  void on_role_changed(role_actor& successor, role_view& view);
  void on_news(role_view view);
  void on_view(role_view view);
  void on_heartbeat();
  void on_snapshot(snapshot_taken& msg);
  void on_snapshot(snapshot_installed& msg);
  void on_unsynced(const event::unsynced_peer& what);
  void on_reported(const event::error& what);
  void on_error(const event::error& what);
  void on_joined(const hello& remote, const link_actor& link);
  void on_left(const raft::member_id& member, const caf::error& reason);
  void subscribe_to_events(const caf::actor& subscriber, bool with_messages);
  void tell_leader();
  void note_down();
  void update_welcome();
  void count(std::uint64_t node_stats::*counter);
  [[nodiscard]] caf::actor_addr sender() const;
  [[nodiscard]] bool role_counts() const;
  [[nodiscard]] bool is_from_role() const;

  // node_exports.cpp
  caf::result<node_snapshot> export_all();
  caf::result<void> import_all(node_snapshot& given, const session_id& id, caf::timespan timeout);
  [[nodiscard]] caf::error objection_to_founding() const;

  // node_waiting.cpp
  caf::result<std::string> on_await_leader(caf::timespan timeout);
  caf::result<raft::index_t> on_await_commit_head(caf::timespan timeout);
  caf::result<collection_status> await_for(const collection_actor& whose, caf::timespan timeout);
  [[nodiscard]] caf::error keep_waiting(const collection_actor& whose, caf::timespan timeout);
  [[nodiscard]] bool serve(commit_waiter& waiter);
  void serve_leader_waiters();
  void serve_commit_waiters();
  void end_waiters(errc reason);
  void end_waiting();

  self_ptr self_;
  node_config config_;
  node_parts parts_;
  event_hub hub_;
  compat::monitors monitors_;
  member_links links_;
  role_host host_;
  applier_actor applier_;
  std::optional<raft::life> life_; ///< since the first start
  std::optional<raft::directory> directory_;
  raft::timestamp life_due_ = raft::timestamp::max();
  std::map<std::uint64_t, done_promise> wishes_;
  std::map<std::uint64_t, peer_endpoint> awaited_; ///< by wish: dialed until they are members
  std::uint64_t last_wish_ = 0;
  /// Of the present log, what its roles have sent to the applier.
  std::shared_ptr<std::atomic<raft::index_t>> given_ =
      std::make_shared<std::atomic<raft::index_t>>(0);
  raft::index_t lost_ = 0; ///< the last collection whose actor has died here
  bool core_ends_ = false; ///< its role is asked to end, and the node goes on
  std::optional<raft::core_start> next_core_;
  bool running_ = false;
  bool closing_ = false;
  bool goodbye_said_ = false; ///< stopping, and the role is gone already
  std::uint64_t stops_ = 0;   ///< a timer belongs to one of them
  bool failed_ = false;       ///< storage has failed: takes no part until it is started again
  role_view view_;            ///< the last one that the role has reported; members as last seen
  std::optional<raft::role> role_told_; ///< the last role that subscribers know of
  raft::index_t commit_told_ = 0;
  peers_notice peers_told_; ///< the last that collections know of
  raft::index_t applied_index_ = 0;
  std::vector<done_promise> stopping_;
  /// Who wants this member to be removed first; all of them are moved to `stopping_` then.
  std::vector<done_promise> leaving_;
  /// How far an orderly end is; the role ends behind the last of it. A stop has no `departing`.
  enum class end_stage : std::uint8_t { none, transferring, draining, departing };
  end_stage stage_ = end_stage::none;
  std::uint64_t ends_ = 0;                          ///< a timer belongs to one of them
  std::size_t drains_ = 0;                          ///< that have not ended
  std::optional<std::uint64_t> departure_;          ///< the wish to be removed
  bool handed_over_ = false;                        ///< the next leader is awaited
  std::map<std::uint64_t, done_promise> transfers_; ///< answered when it is known
  std::uint64_t last_transfer_ = 0;
  std::map<std::string, raft::timestamp> errors_told_; ///< texts of late, against repetition
  std::map<std::uint64_t, leader_waiter> leader_waiters_;
  std::map<std::uint64_t, commit_waiter> commit_waiters_;
  std::uint64_t last_waiter_ = 0;
};

/// Spawns the node actor, not started yet. `config` has been validated.
[[nodiscard]] node_actor spawn_node_actor(caf::actor_system& system, node_config config,
                                          node_parts parts);

} // namespace hamok
