#pragma once

// The member's side of the client protocol, for one connection: requests become messages to the
// node and its collections, their answers and events become frames. Bounded: a client that asks too
// much at a time is not read from, one that does not read loses events, and then the connection.

#include "hamok/io/client_protocol.hpp"
#include "hamok/io/connection.hpp"
#include "hamok/io/link_config.hpp"

#include <caf/behavior.hpp>
#include <caf/io/broker.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hamok {

/// The member's side of one client: its requests, their answers, the events it has subscribed to.
/// Lives inside of the broker that owns the connection, and is used by nobody else.
class client_session {
public:
  client_session(caf::io::broker* self, connection conn, link_config config, std::string where);

  client_session(const client_session&) = delete;
  client_session& operator=(const client_session&) = delete;

  /// However the actor has ended, the connection does not outlive it.
  ~client_session() { connection_.shut_down(); }

  [[nodiscard]] caf::behavior make_behavior();

  /// `first` is the client hello that has come already.
  void start(const frame& first);

  /// Somebody has sent an exit message.
  void wind_up(const caf::error& reason);

  /// There is nobody left to ask.
  void node_ended() { refuse(errc::stopped, "the node has stopped"); }

  /// `callback` is called once, when the client has been welcomed.
  void when_up(std::function<void()> callback) { on_up_ = std::move(callback); }

private:
  /// A request that waits for its answer.
  struct ticket {
    std::uint64_t id = 0;
    std::size_t bytes = 0;
    bool changes = false; ///< it may change the collection
  };

  /// A collection that the client has named, or the requests that wait until the node has found it:
  /// so requests reach it in the order in which they came.
  struct known_collection {
    collection_actor handle;
    std::vector<std::function<void(const caf::expected<collection_actor>&)>> waiting;
  };

  void on_hello(const frame& input);
  void welcome(const client_welcome& answer);
  void on_tick();
  void on_data(const caf::io::new_data_msg& msg);
  void pump();
  void on_frame(const frame& input);
  void on_request(const frame& input);
  [[nodiscard]] bool saturated() const noexcept;

  void handle(ticket t, const status_request& request);
  void handle(ticket t, const list_collections_request& request);
  void handle(ticket t, const open_collection_request& request);
  void handle(ticket t, const execute_request& request);
  void handle(ticket t, const read_request& request);
  void handle(ticket t, const collection_status_request& request);
  void handle(ticket t, const subscribe_request& request);
  void handle(ticket t, const await_leader_request& request);
  void handle(ticket t, const await_commit_head_request& request);
  void handle(ticket t, const transfer_leadership_request& request);
  void handle(ticket t, const member_change_request& request);
  void handle(ticket t, const compact_request& request);
  void handle(ticket t, const export_request& request);
  void handle(ticket t, const import_request& request);

  /// Handles, and subscriptions, that are kept for one client.
  static constexpr std::size_t max_known_collections = 1024;

  /// Calls `use(handle)` with the collection, now or when the node has answered; else fails `t`.
  void with_collection(const std::string& name, ticket t,
                       std::function<void(const collection_actor&)> use);
  void found_collection(const std::string& name, const caf::expected<collection_actor>& result);

  /// Sends a request whose answer, of type `T`, is the answer to the client.
  template <class T, class Handle, class... Ts>
  void ask(ticket t, const Handle& whom, caf::timespan timeout, Ts&&... xs);

  void respond(ticket t, client_response_body body);
  void fail(ticket t, const caf::error& reason);
  void answer(ticket t, client_response response);

  // client_events.cpp

  /// What has been asked for with one `subscribe_request`.
  struct feed {
    bool accepted = false;          ///< the client has been told that it is there
    std::vector<client_event> held; ///< what has happened before that
    std::uint64_t missed = 0;       ///< events for which there was no room
  };

  /// Which feeds the events of a collection belong to, and who brings them.
  struct followed_collection {
    std::vector<std::uint64_t> feeds;
    caf::actor_addr relay; ///< the sender of the last event
  };

  struct subscribing; // the steps between a request and its answer
  void subscribe_to_all(const std::shared_ptr<subscribing>& job);
  void finish_subscribing(const subscribing& job);
  void undo_subscribing(const subscribing& job);

  void on_event(const any_event& value);
  void on_collection_event(const collection_event& value);
  void on_lagged(std::uint64_t count);
  void send_event(client_event event);
  void tell_missed(std::uint64_t id, feed& which);
  void tell_missed();
  [[nodiscard]] bool has_room_for_events() const noexcept;

  [[nodiscard]] caf::timespan timeout_of(caf::timespan wanted) const;
  void refuse(errc reason, const std::string& text);
  void quit();

  caf::io::broker* self_;
  connection connection_;
  link_config config_;
  std::string where_; ///< who it is, for the log
  std::string host_;  ///< the same without the port: equal when it comes again
  std::function<void()> on_up_;
  bool welcomed_ = false;
  bool ending_ = false;
  bool pumping_ = false;
  bool halted_ = false;
  errc end_reason_ = errc::closed;
  std::size_t in_flight_ = 0;
  std::size_t in_flight_bytes_ = 0;
  std::map<std::string, known_collection> collections_;
  std::vector<std::uint64_t> node_feeds_; ///< feeds that the events of the node belong to
  std::map<std::uint64_t, feed> feeds_;   ///< by the id of their request
  std::map<std::string, followed_collection> followed_;
  connection::clock::time_point last_progress_ = connection::clock::now();
  connection::clock::time_point last_asked_ = connection::clock::now();
};

} // namespace hamok
