#pragma once

// The companion of a remote map's collection actor: brings operations into the log, executes them
// against the storage of this member while it leads, and answers when it is in the log what has
// come of them (consensus.md, 13).

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/collections/registry.hpp"
#include "hamok/collections/remote_command_state.hpp"
#include "hamok/collections/remote_executor_state.hpp"
#include "hamok/collections/remote_view_state.hpp"
#include "hamok/collections/storage_worker.hpp"
#include "hamok/collections/waiters.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hamok {

/// Spawns the companion of the remote map `name`, whose collection actor is `collection`. It ends
/// with that.
[[nodiscard]] remote_map_actor spawn_remote_map_actor(caf::actor_system& system,
                                                      collection_actor collection, std::string name,
                                                      const collection_context& context);

/// State of the companion.
class remote_map_actor_state {
public:
  using interface = remote_map_actor;

  remote_map_actor_state(caf::event_based_actor* self, collection_actor collection,
                         std::string name, collection_context context);
  remote_map_actor_state(const remote_map_actor_state&) = delete;
  remote_map_actor_state& operator=(const remote_map_actor_state&) = delete;

  remote_map_actor::behavior_type make_behavior();
  void on_exit();

private:
  /// An operation of a user of this member.
  struct request {
    blob operation;
    std::vector<std::uint64_t> tickets; ///< a remote client may ask again for the same
    raft::timestamp deadline{0};
    std::optional<execute_in_session> session; ///< of a remote client, without the command
  };

  /// A thread that talks to the storage.
  struct worker {
    remote_storage_ptr storage;
    storage_actor actor;
  };

  using answer_function = std::function<void(const caf::expected<blob>&)>;
  using view_ptr = std::shared_ptr<const remote_view>;

  // remote_map_actor.cpp
  caf::result<blob> on_execute(execute& what);
  void on_execute_call(execute_call& what);
  caf::result<blob> on_execute_in_session(execute_in_session& what);
  caf::result<blob> on_read(read_state& question);
  caf::result<void> on_drain();
  void on_created(const collection_created& msg);
  void on_event(const collection_event& event);
  void on_applied(const collection_applied& what);
  void on_leader(const leader_notice& notice);
  void on_peers(const peers_notice& peers);
  void on_close();
  void take(std::uint64_t ticket, blob operation, caf::timespan timeout,
            std::optional<execute_in_session> session = std::nullopt);
  void enqueue(request what);
  void on_enqueued(request& what, const caf::expected<blob>& answer);
  void settle(raft::index_t index, request what);
  void forget(raft::index_t index);
  void finish(const request& what, const remote_result& result);
  void look_again();
  void ask(std::uint64_t ticket, const blob& question, caf::timespan timeout);
  void log(blob command, caf::timespan timeout, answer_function then);
  template <class Request>
  void ask_collection(Request what, caf::timespan timeout, answer_function then);
  void answer(const request& what, errc reason, const blob& result = {});
  void answer_with(std::uint64_t ticket, const caf::expected<blob>& answer);
  void answer_drained();
  [[nodiscard]] view_ptr view() const;
  [[nodiscard]] caf::timespan time_for(caf::timespan timeout) const;
  [[nodiscard]] raft::timestamp now() const;
  void on_time();
  void expire(raft::timestamp now);
  void arm_timer();

  // remote_map_executing.cpp
  [[nodiscard]] bool leads() const;
  void go_on();
  void claim();
  void execute_next(const remote_job& job);
  void on_executed(std::uint64_t office, const std::optional<remote_report>& done);
  void complain();
  [[nodiscard]] bool use_storage(worker& which);
  static void let_go(worker& which);

  caf::event_based_actor* self_;
  collection_actor collection_;
  std::string name_;
  collection_context context_;
  compat::monitors monitors_;
  waiters waiters_;

  std::uint64_t number_ = 0; ///< of the collection; 0: it is not created yet
  raft::incarnation_id owner_;
  bool events_ = true;
  bool closing_ = false;
  bool draining_ = false;                    ///< this member is about to stop
  std::vector<request> early_;               ///< before the creation
  std::size_t enqueuing_ = 0;                ///< on their way into the log
  std::size_t asking_ = 0;                   ///< questions to the storage that are not answered
  std::map<raft::index_t, request> callers_; ///< of operations that are in the log
  std::set<std::pair<raft::timestamp, raft::index_t>> deadlines_; ///< theirs
  std::vector<caf::typed_response_promise<void>> drained_;
  worker reader_;

  // Of the member that leads.
  std::optional<raft::member_id> leader_;
  std::optional<raft::member_id> myself_;
  bool away_ = false;
  remote_executor executor_;
  worker writer_;
  std::size_t writing_ = 0; ///< jobs that it has not answered

  raft::timestamp armed_ = raft::timestamp::max();
};

} // namespace hamok
