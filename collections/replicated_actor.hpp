#pragma once

// The actor of a collection on one member: one implementation for all kinds of state.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/collections/client_calls.hpp"
#include "hamok/collections/creation.hpp"
#include "hamok/collections/event_relay.hpp"
#include "hamok/collections/proposer.hpp"
#include "hamok/collections/registry.hpp"
#include "hamok/collections/session_state.hpp"
#include "hamok/collections/waiters.hpp"
#include "hamok/collections/waiting_room.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace hamok {

/// State of a collection actor: applies what the applier sends, in log order, and answers the
/// callers of this member once their operations are applied here. What is decided is decided by
/// `session_state`, `proposer` and `client_calls`; this only carries it out.
class replicated_state {
public:
  using interface = collection_actor;

  replicated_state(self_ptr self, collection_context context, collection_spec spec,
                   std::unique_ptr<state_machine> machine);
  replicated_state(const replicated_state&) = delete;
  replicated_state& operator=(const replicated_state&) = delete;
  /// Tells everybody who waits how it ends: what may be in a log is in doubt, the rest `stopped`.
  ~replicated_state();

  collection_actor::behavior_type make_behavior();

private:
  struct creation_waiter {
    caf::response_promise promise;
    raft::timestamp deadline{0};
    bool up_to_date = false; ///< it wants to wait for that as well
  };

  // From callers.
  caf::result<blob> on_execute(execute& request);
  caf::result<blob> on_execute_in_session(execute_in_session& request);
  void on_execute_call(execute_call& request);
  caf::result<blob> on_execute_waiting(execute_waiting& request);
  void on_execute_waiting_call(execute_waiting_call& request);
  caf::result<blob> on_read(read_state& request);
  caf::result<collection_status> on_await_created(caf::timespan timeout, bool up_to_date);
  caf::result<void> on_subscribe(const caf::actor& subscriber);
  void on_unsubscribe(const caf::actor& subscriber);
  void on_close();
  caf::result<collection_snapshot> on_export();
  caf::result<void> on_import(collection_snapshot& given, caf::timespan timeout);
  caf::result<blob> on_import_piece(import_piece& piece);
  void on_undecodable(const event::error& what);

  // From the applier.
  void on_created(const collection_created& msg);
  void on_apply(const apply_batch& batch);
  void on_leader(const leader_notice& notice);
  void on_refused(const proposal_refused& msg);
  void on_take_part(const take_part& msg);
  void on_install_part(const install_part& msg);
  caf::result<void> on_drain();

  // Of a companion, to it and from it (replicated_companion.cpp).
  void begin_companion();
  template <class Companion, class Message>
  caf::result<blob> pass_on(const Companion& to, Message& request);
  [[nodiscard]] bool is_for_storage() const;
  void pass_on_call(execute_call request);
  caf::result<blob> on_emitter_request(emitter_request& request);
  void on_direct(direct_message& msg, const raft::member_id& from);
  void on_direct_reply(const direct_reply& reply, const raft::member_id& from);
  void on_peers(const peers_notice& peers);
  [[nodiscard]] bool from_companion() const;
  template <class T>
  void tell_companion(const T& what) {
    compat::send(self_, companion_, what);
  }
  void confirm(const collection_applied& what);

  // From the actor itself.
  void on_deadline(const deadline_reached& msg);
  void on_time(raft::timestamp now);

  [[nodiscard]] raft::timestamp now() const;
  [[nodiscard]] raft::timestamp deadline_of(caf::timespan timeout, raft::timestamp now) const;
  [[nodiscard]] errc refusal() const noexcept;
  [[nodiscard]] errc refusal_of_writes() const;
  [[nodiscard]] bool from_applier() const;
  [[nodiscard]] collection_status status() const;
  void submit(std::uint64_t ticket, blob command, caf::timespan timeout, bool content = false);
  void wait(std::uint64_t ticket, execute_waiting& request);
  void watch_caller(const caf::strong_actor_ptr& caller);
  void keep_waiting(raft::timestamp now, proposer_output& out);
  void let_go(raft::timestamp now, proposer_output& out);
  void limit(const collection_limits& limits);
  void schedule_flush();
  void flush(raft::timestamp now, proposer_output& out);
  void carry_out(proposer_output& out);
  void arm_timer(raft::timestamp now);
  void publish();
  void emit(const collection_event& event);
  void answer_created();
  void answer_drained();
  void expire_awaiting(raft::timestamp now);
  void give_up(errc reason);
  void fail_all(errc reason, bool may_send = true);

  self_ptr self_;
  collection_context context_;
  collection_spec spec_;
  session_state state_;
  token_source tokens_;
  proposer proposer_;
  client_calls clients_;
  std::optional<creation> creation_; ///< until it is committed
  waiters waiters_;
  waiting_room room_;
  std::set<caf::actor_addr> callers_;     ///< actors that have waited, and live
  std::vector<creation_waiter> awaiting_; ///< the creation
  std::vector<event_relay> subscribers_;
  companion_actor companion_; ///< of some kinds; it is one of these:
  emitter_actor emitter_;
  remote_map_actor remote_;
  compat::monitors monitors_;

  std::uint64_t number_ = 0;
  bool existed_ = false;
  bool closed_ = false;
  errc refused_ = errc::none; ///< why there is no such collection
  errc away_ = errc::none;    ///< why the member takes no part
  bool draining_ = false;     ///< the member is about to stop
  std::vector<caf::typed_response_promise<void>>
      drained_;             ///< of those who wait until nobody else does
  std::string undecodable_; ///< what somebody could not decode, and when that may be told again
  raft::timestamp undecodable_until_{0};
  bool flush_scheduled_ = false;
  std::uint64_t timer_ = 0;       ///< generation of the timer that is armed
  raft::timestamp armed_ = never; ///< when it fires
};

} // namespace hamok
