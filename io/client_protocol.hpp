#pragma once

// What a program that is no member says to a member, and what it hears. Frames as in frame.hpp, on
// the same port as the peer links:
//
//   client -> member   client_hello
//   member -> client   client_welcome, or refused{errc, text} and the connection is closed
//   client -> member   client_request{id, one of the bodies}, any number of them at a time
//   member -> client   client_response{id, errc, text, payload}, in any order, one for each request
//   member -> client   client_event{id of the subscription, ...} after a subscribe_request's answer
//   either             ping, answered with pong
//
// Every `decode_*` gives nothing for bytes that are not exactly one value within the limits.

#include "hamok/actors/interfaces/events.hpp"
#include "hamok/actors/interfaces/messages.hpp"
#include "hamok/io/frame.hpp"
#include "hamok/raft/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hamok {

inline constexpr std::uint16_t client_protocol_version = 1;

/// Longest timeout that a request can carry; longer ones are cut down to it.
inline constexpr std::chrono::nanoseconds max_client_timeout = std::chrono::hours{1};

/// The first frame of a client.
struct client_hello {
  std::uint16_t protocol_min = client_protocol_version;
  std::uint16_t protocol_max = client_protocol_version;
  std::string cluster;
  std::string name; ///< who is there, for the member's log

  friend bool operator==(const client_hello&, const client_hello&) = default;
};

/// The member's answer to a hello that it accepts.
struct client_welcome {
  std::uint16_t protocol = client_protocol_version; ///< the version spoken from now on
  std::string peer_id;
  raft::incarnation_id cluster_id;    ///< none: not founded yet
  std::string leader;                 ///< peer id, empty: none is known
  std::vector<peer_endpoint> members; ///< all known members, this one included

  friend bool operator==(const client_welcome&, const client_welcome&) = default;
};

// -- requests -------------------------------------------------------------------------------------

/// Answered with `node_status`.
struct status_request {};

/// Answered with `std::vector<collection_status>`.
struct list_collections_request {};

/// Gets or creates a collection; answered with its `collection_status` once it is created.
struct open_collection_request {
  collection_spec spec;
  caf::timespan timeout{0}; ///< 0: the member's own
};

/// Logs a command under the session of the client; answered with its result, a `blob`.
struct execute_request {
  std::string collection;
  session_id session;
  std::uint64_t sequence = 0;
  std::uint64_t first_outstanding = 0;
  blob command;
  caf::timespan timeout{0};
  /// See `execute_in_session`.
  raft::index_t opened_after = 0;
};

/// A question to the state of this member; answered with a `blob`.
struct read_request {
  std::string collection;
  blob query;
};

/// Answered with `collection_status`, digest included.
struct collection_status_request {
  std::string collection;
};

/// Asks for events until the connection ends. Answered without payload when all subscriptions are
/// there, or with why one of them cannot be, and then there is none; the first event comes behind
/// the answer.
struct subscribe_request {
  bool node = false;                    ///< the node's events
  std::vector<std::string> collections; ///< and those of these collections
};

/// Answered with the leader's peer id, a `std::string`, as soon as there is one.
struct await_leader_request {
  caf::timespan timeout{0};
};

/// Answered without payload when all that is committed now is applied on this member.
struct await_commit_head_request {
  caf::timespan timeout{0};
};

/// Answered without payload when another leader is known, or the member `to` (empty: whoever is
/// furthest) leads; `not_leader` by anybody else than the leader.
struct transfer_leadership_request {
  std::string to;
  caf::timespan timeout{0};
};

/// Makes the node `peer` a member as soon as it is linked, or removes the member of that name.
/// Answered without payload once that is committed; `membership_refused` when it cannot be, and has
/// not begun.
struct member_change_request {
  bool remove = false;
  std::string peer;
  std::string endpoint; ///< where a node that is added can be reached, empty: it comes by itself
  caf::timespan timeout{0};
};

/// Drops what is applied up to this index (0: all) from the log of the member that is asked.
/// Answered with the first entry that is left, a `std::uint64_t`.
struct compact_request {
  raft::index_t up_to = 0;
};

/// Answered with a `node_snapshot` of the member that is asked.
struct export_request {
  caf::timespan timeout{0};
};

/// Replaces the content of all collections of the cluster. Answered without payload once that is
/// applied on this member. One that is repeated under its `id` happens once.
struct import_request {
  node_snapshot snapshot;
  session_id id;
  caf::timespan timeout{0};
};

/// The index in this list is on the wire: only ever add at the end.
using client_request_body =
    std::variant<status_request, list_collections_request, open_collection_request, execute_request,
                 read_request, collection_status_request, subscribe_request, await_leader_request,
                 await_commit_head_request, transfer_leadership_request, member_change_request,
                 compact_request, export_request, import_request>;

/// Whether the request may change something, so that an answer that is lost leaves that open.
[[nodiscard]] bool may_change(const client_request_body& body);

/// One request of a client. Several may be under way; answers come in any order.
struct client_request {
  std::uint64_t id = 0; ///< chosen by the client; comes back in the response
  client_request_body body;
};

// -- responses ------------------------------------------------------------------------------------

/// The index in this list is on the wire: only ever add at the end.
using client_response_body =
    std::variant<std::monostate, blob, std::string, node_status, collection_status,
                 std::vector<collection_status>, std::uint64_t, node_snapshot>;

/// The answer to one request.
struct client_response {
  std::uint64_t id = 0;
  errc code = errc::none;
  std::string text; ///< what went wrong, in a sentence
  client_response_body body;
};

/// An event of the node, of a collection, or how many events are missing here. The index in the
/// variant is on the wire: only ever add at the end.
using client_event_body = std::variant<event_text, collection_event, event::lagged>;

/// Something that has happened, for one subscription.
struct client_event {
  std::uint64_t id = 0; ///< of the `subscribe_request`
  client_event_body body;
};

// -- bytes ----------------------------------------------------------------------------------------

/// Each appends one whole frame to `out`.
void append_frame(std::vector<std::byte>& out, const client_hello& value);
void append_frame(std::vector<std::byte>& out, const client_welcome& value);
void append_frame(std::vector<std::byte>& out, const client_request& value);
void append_frame(std::vector<std::byte>& out, const client_response& value);
void append_frame(std::vector<std::byte>& out, const client_event& value);

/// Each takes the payload of a frame of that type; slices of it stay shared.
[[nodiscard]] std::optional<client_hello> decode_client_hello(const blob& payload);
[[nodiscard]] std::optional<client_welcome> decode_client_welcome(const blob& payload);
[[nodiscard]] std::optional<client_request> decode_client_request(const blob& payload);
[[nodiscard]] std::optional<client_response> decode_client_response(const blob& payload);
[[nodiscard]] std::optional<client_event> decode_client_event(const blob& payload);

} // namespace hamok
