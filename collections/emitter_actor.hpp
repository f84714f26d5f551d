#pragma once

// The companion of an emitter's collection actor: knows the subscribers of this member, brings
// events to them and to other members, and keeps the log true about who listens here.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/collections/emitter_command_state.hpp"
#include "hamok/collections/emitter_flights.hpp"
#include "hamok/collections/registry.hpp"
#include "hamok/collections/seen_requests.hpp"
#include "hamok/collections/waiters.hpp"

#include <caf/event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hamok {

/// Spawns the companion of the emitter `name`, whose collection actor is `collection`. It ends with
/// that.
[[nodiscard]] emitter_actor spawn_emitter_actor(caf::actor_system& system,
                                                collection_actor collection, std::string name,
                                                const collection_context& context);

/// State of the companion.
class emitter_actor_state {
public:
  using interface = emitter_actor;

  emitter_actor_state(caf::event_based_actor* self, collection_actor collection, std::string name,
                      collection_context context);
  emitter_actor_state(const emitter_actor_state&) = delete;
  emitter_actor_state& operator=(const emitter_actor_state&) = delete;

  emitter_actor::behavior_type make_behavior();

private:
  /// What a subscriber listens to, as its user wants it.
  struct wish {
    blob metadata;
    bool confirmed = false; ///< it has been in the log
  };

  /// A subscriber of this member.
  struct listener {
    caf::actor actor;
    std::map<std::string, wish> wishes; ///< by event
    std::size_t waiting = 0;            ///< events that it has not answered
    std::size_t waiting_bytes = 0;
    std::uint64_t missed = 0; ///< events for which there was no room
  };

  /// An event that subscribers of this member have not all answered.
  struct delivery {
    std::size_t missing = 0;
    errc reason = errc::none;
    std::function<void(errc)> done;
  };

  /// A request that came before the emitter was ready for it.
  struct early_request {
    emitter_request request;
    std::uint64_t ticket = 0;
    raft::timestamp deadline{0};
  };

  // emitter_actor.cpp
  caf::result<blob> on_request(emitter_request& request);
  void handle(emitter_request& request, std::uint64_t ticket);
  void on_created(const collection_created& msg);
  void on_event(const collection_event& event);
  void on_leader(const leader_notice& notice);
  void on_peers(const peers_notice& peers);
  void on_close();
  void rebuild();
  [[nodiscard]] errc check(const emitter_request& request) const;
  [[nodiscard]] bool ready() const { return number_ != 0 && peers_.self.has_value(); }
  void begin_early();
  void expire_early(raft::timestamp now);
  void execute(blob command, caf::timespan timeout,
               std::function<void(const caf::expected<blob>&)> then);
  void answer_with(std::uint64_t ticket, const caf::expected<blob>& answer);
  [[nodiscard]] caf::timespan time_for(caf::timespan timeout) const;
  [[nodiscard]] raft::timestamp now() const;
  void on_time();
  void arm_timer();

  // emitter_publishing.cpp
  void publish(emitter_request& request, std::optional<std::uint64_t> caller);
  void publish_directly(const emitter_request& request, std::uint64_t flight);
  void publish_in_order(const emitter_request& request, std::uint64_t flight);
  void on_logged(std::uint64_t flight, const caf::expected<blob>& answer);
  void on_published(const collection_event& event);
  void on_direct(const direct_message& msg, const raft::member_id& from);
  void on_direct_reply(const direct_reply& reply, const raft::member_id& from);
  void answered(std::uint64_t flight, const raft::member_id& member, errc reason);
  void finish(std::optional<finished_flight> done);
  [[nodiscard]] bool is_linked(const raft::member_id& member) const;
  void deliver(const std::string& event, const std::string& from, const blob& content,
               std::function<void(errc)> done);
  [[nodiscard]] bool deliver_to(listener& to, std::uint64_t number, const emitted_event& event,
                                std::uint64_t token);
  void on_handled(std::uint64_t number, std::uint64_t token, std::size_t bytes, errc reason);
  void land(std::uint64_t token, errc reason);

  // emitter_subscribers.cpp
  void subscribe(emitter_request& request, std::uint64_t ticket);
  void unsubscribe(emitter_request& request, std::uint64_t ticket);
  void update(emitter_request& request, std::uint64_t ticket);
  [[nodiscard]] std::optional<std::uint64_t> number_of(const caf::actor& subscriber) const;
  std::uint64_t add_listener(const caf::actor& subscriber);
  [[nodiscard]] wish* find_wish(std::uint64_t number, const std::string& event);
  void drop_wish(std::uint64_t number, const std::string& event);
  void drop_listener(std::uint64_t number);
  void change(std::uint64_t number, blob command, caf::timespan timeout,
              std::function<void(const caf::expected<blob>&)> then);
  void reconcile();
  void remove_unwanted();
  void restore_missing();
  void restore(std::uint64_t number, const std::string& event, const blob& metadata);
  void try_again_later();
  void look_for_dead();
  void remove_dead();
  [[nodiscard]] std::set<raft::member_id> dead_members() const;
  [[nodiscard]] const std::set<std::uint64_t>* own_listeners(const std::string& event) const;

  caf::event_based_actor* self_;
  collection_actor collection_;
  std::string name_;
  collection_context context_;
  compat::monitors monitors_;
  waiters waiters_;
  std::vector<early_request> early_;

  std::uint64_t number_ = 0; ///< of the collection; 0: it is not created yet
  std::uint8_t options_ = 0;
  bool closing_ = false;
  std::optional<raft::member_id> leader_;
  peers_notice peers_;

  /// Who listens, as the log says, up to the last event that has come.
  std::map<std::string, std::map<raft::member_id, std::set<std::uint64_t>>> heard_;
  std::map<std::uint64_t, listener> listeners_;
  std::map<caf::actor_addr, std::uint64_t> numbers_;
  std::map<std::uint64_t, std::size_t> changing_; ///< commands about a subscriber on their way
  std::uint64_t last_number_;
  std::set<raft::member_id> suspects_; ///< of no member any more when it was last looked
  bool looks_for_dead_ = false;        ///< there is a timer for it
  bool tries_again_ = false;           ///< the same

  emitter_flights flights_;
  seen_requests seen_;
  std::map<std::uint64_t, delivery> deliveries_;
  std::uint64_t last_delivery_ = 0;
  emitter_stats stats_;
  raft::timestamp armed_ = raft::timestamp::max();
};

} // namespace hamok
