#pragma once

// For programs that are no members of the cluster: asks any member, follows the leader, and gets
// over the end of members, within a deadline.

#include "hamok/io/client_connection.hpp"
#include "hamok/io/client_protocol.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace hamok {

/// How a `client` finds its cluster and how long it tries.
struct client_options {
  std::vector<std::string> endpoints; ///< `host:port` of some members; others are learned
  std::string cluster = "hamok";      ///< as in the members' configuration
  std::string name = "client";        ///< who is there, for the members' logs
  std::chrono::nanoseconds timeout = std::chrono::seconds{5}; ///< of a call, all attempts included
  /// A member that is silent for so long is left for another one.
  std::chrono::nanoseconds attempt_timeout = std::chrono::seconds{1};
  /// Talks to the leader where it can; otherwise to the first of `endpoints` that answers. Every
  /// member takes every operation: this only saves a hop.
  bool follow_leader = true;
  /// False: a call fails as soon as none of the endpoints can be reached, not at its deadline.
  bool keep_trying = true;
};

/// Operations on a cluster from outside. Each call blocks its caller, at the most for the timeout,
/// and retries through other members what failed. Operations that change something are applied
/// exactly once however often they are retried, because they carry a session of this object.
///
/// Errors: `cannot_have_happened(error)` is true when no attempt can have had an effect;
/// `outcome_unknown` says that one may have had, `answer_too_large` that one has. What no member
/// would take, because it is larger than a frame or a name may be, is `too_large` at once.
///
/// Needs `hamok::init()`, because errors are CAF's, but no actor system.
///
/// Thread safety: one thread at a time. Never to be used on CAF's threads: it blocks its caller.
class client {
public:
  using duration = std::chrono::nanoseconds;

  explicit client(client_options options);

  /// Connects, so that `connected_to` has something to say. The other calls do it by themselves.
  caf::error connect();

  /// How the member is that this client talks to.
  caf::expected<node_status> status();

  /// How all collections are on the member that this client talks to.
  caf::expected<std::vector<collection_status>> list();

  /// How the collection is on that member, with the digest of its content.
  caf::expected<collection_status> collection(const std::string& name);

  /// Gets or creates a collection. Needs a leader.
  caf::expected<collection_status> open(const collection_spec& spec);

  /// Logs a command for the collection and gives its result, exactly once.
  caf::expected<blob> execute(const std::string& name, const blob& command);

  /// Asks the state of the member that this client talks to; it may be behind the leader's.
  caf::expected<blob> read(const std::string& collection, const blob& query);

  /// Waits until the member that this client talks to has applied what is committed now.
  caf::error await_commit_head();

  /// Hands the leadership over to the member `to`; empty: to the one that is furthest. See
  /// `node::transfer_leadership`.
  caf::error transfer_leadership(const std::string& to = {});

  /// Makes the node `id` a member as soon as it is linked, or removes the member of that name, and
  /// returns when that is committed; see `node::add_remote_peer`. A node without seeds is reached
  /// at `endpoint`. Whatever is repeated has one effect.
  caf::error add_member(const std::string& id, const std::string& endpoint = {});
  caf::error remove_member(const std::string& id);

  /// Drops what is applied up to this index (0: all) from the log of the member that this client
  /// talks to; the first entry that is left. See `node::compact`.
  caf::expected<raft::index_t> compact(raft::index_t up_to = 0);

  /// All collections of the member that this client talks to, at one index; see
  /// `node::export_snapshot`. What is larger than a frame (64 MiB) is `too_large`.
  caf::expected<node_snapshot> export_snapshot();
  /// Replaces the content of all collections of the cluster, in one entry of its log; see
  /// `node::import_snapshot`.
  caf::error import_snapshot(node_snapshot given);

  /// Waits for a leader: its peer id.
  caf::expected<std::string> await_leader();

  /// Takes an event; false: no more of them.
  using event_handler = std::function<bool(const client_event&)>;

  /// Subscribes, fails with `unknown_collection` when one of them is not there, and gives the
  /// events to `on_event` until it, or `go_on`, which is asked at least ten times a second, answers
  /// false. `connection_lost` when the member goes; then some events may be missed.
  caf::error watch(const subscribe_request& what, const event_handler& on_event,
                   const std::function<bool()>& go_on);

  /// The time limit of the calls from now on.
  void timeout(duration value) noexcept { options_.timeout = value; }

  void close() noexcept { connection_.close(); }

  /// The peer id of the member that this client talks to; empty: none at the moment.
  [[nodiscard]] std::string connected_to() const;

  /// The members as far as this client knows them.
  [[nodiscard]] const std::vector<peer_endpoint>& members() const noexcept { return members_; }

private:
  using time_point = client_connection::time_point;

  /// The session of this object with one collection.
  struct session {
    session_id id;
    std::uint64_t next_sequence = 1;
    raft::index_t opened_after = 0; ///< what was applied before the session was chosen
  };

  /// What the attempts of one call have come to so far.
  struct progress {
    time_point deadline;
    bool may_have_happened = false;
    caf::error last;
    std::chrono::microseconds pause{0};
  };

  caf::expected<client_response> call(client_request_body body);
  caf::expected<client_response> call_until(time_point deadline, client_request_body body);
  caf::expected<client_response> attempt(client_request_body& body, progress& so_far);
  caf::error failure(const client_request_body& body, progress& so_far) const;
  void pause(progress& so_far) const;
  [[nodiscard]] time_point attempt_end(const client_request_body& body,
                                       const progress& so_far) const;

  caf::error ensure_connected(time_point deadline);
  caf::error connect_round(time_point deadline, bool& refused_by_all);
  caf::error try_endpoint(const std::string& endpoint, time_point deadline);
  void hop_to_leader(time_point deadline);
  void learn(const client_welcome& welcome);
  void suspect_member();
  void abandon_member();
  [[nodiscard]] std::string endpoint_of(const std::string& peer) const;
  [[nodiscard]] duration first_welcome_limit() const { return options_.attempt_timeout / 4; }
  [[nodiscard]] bool suspected(const std::string& endpoint) const;

  caf::error deliver(const frame& got, std::uint64_t subscription, const event_handler& on_event,
                     bool& wanted) const;

  client_options options_;
  std::vector<std::string> endpoints_; ///< the given ones, then the learned ones
  std::vector<peer_endpoint> members_;
  std::map<std::string, time_point> suspected_until_; ///< endpoints that have failed lately
  std::size_t next_endpoint_ = 0;
  std::uint64_t next_request_ = 1;
  std::map<std::string, session> sessions_; ///< by the name of the collection
  /// How long a member may take for its welcome: at first much less than for an operation, so that
  /// a stopped member costs little; twice as long after each round in which nobody was in time.
  duration welcome_limit_;
  client_connection connection_;
};

} // namespace hamok
