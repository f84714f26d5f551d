#pragma once

// What a node tells its subscribers. They come in the order in which things happened on the member.

#include "hamok/actors/interfaces/error.hpp"
#include "hamok/raft/messages.hpp"
#include "hamok/raft/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hamok::event {

/// The member runs: it listens, and takes part as soon as its cluster is founded.
struct started {};
/// The member takes no part any more. It can be started again.
struct stopped {};
/// The node has ended for good; nothing comes behind this.
struct closed {};
/// The member follows from now on.
struct follower {};
/// The member campaigns from now on.
struct candidate {};
/// The member leads from now on.
struct leader {};

/// The role has changed.
struct state_changed {
  raft::role now = raft::role::follower;
  raft::role before = raft::role::follower;
};

/// The known leader has changed; empty: none is known.
struct leader_changed {
  std::string now;
  std::string before;
};

/// Which way a message went, seen from this member.
enum class direction : std::uint8_t { in, out };

/// A message of the algorithm went out or came in (only while somebody subscribes to it). With
/// custom links also what the application has to carry to `peer`, where `node::accept` takes it;
/// then `frame` is not empty, and says it all.
struct message {
  direction way = direction::in;
  std::string peer;
  raft::message content;
  blob frame = {};
};

/// There is a link to this member now.
struct remote_peer_joined {
  std::string id;
};
/// There is none any more.
struct remote_peer_left {
  std::string id;
};
/// All entries up to `index` are committed, as far as this member knows.
struct commit {
  raft::index_t index = 0;
};
/// A heartbeat round was sent (leader) or heard (follower).
struct heartbeat {};
/// Something went wrong that no call can return: its code, and a sentence that says what to do.
/// Told once in a while only when it happens again and again.
struct error {
  errc code = errc::none;
  std::string text;
};
/// A member has said hello, with the `app_data` of its configuration.
struct hello_notification {
  std::string id;
  std::string app_data;
};
/// The link to this member was lost without a goodbye, or fell silent.
struct no_heartbeat_from {
  std::string id;
};
/// The subscriber was too slow: `count` events are missing here.
struct lagged {
  std::uint64_t count = 0;
};

/// This member is a voter of the cluster, and there is a leader.
struct joined {
  raft::incarnation_id cluster;
};
/// This member comes back: it was a member before, or an earlier life of its name was.
struct rejoining {};
/// This life was removed from the cluster, by `leave` or by somebody else.
struct left {};
/// Too many voters have forgotten what they promised: the others wait for the operator.
struct quorum_lost {
  std::string text;
};
/// The member lacks entries that are not in this leader's log any more: it is sent a snapshot.
struct unsynced_peer {
  std::string id;
};
/// The content of this collection was replaced by a snapshot's: what changed in between was told to
/// nobody, so who follows it has to read it anew.
struct resync {
  std::string collection;
};

} // namespace hamok::event

namespace hamok {

/// Any one event of a node.
using any_event =
    std::variant<event::started, event::stopped, event::closed, event::follower, event::candidate,
                 event::leader, event::state_changed, event::leader_changed, event::message,
                 event::remote_peer_joined, event::remote_peer_left, event::commit,
                 event::heartbeat, event::error, event::hello_notification,
                 event::no_heartbeat_from, event::lagged, event::joined, event::rejoining,
                 event::left, event::quorum_lost, event::resync, event::unsynced_peer>;

/// One field of an event, as text.
struct event_field {
  enum class kind : std::uint8_t {
    text, ///< anything
    word, ///< one of a few names
    json, ///< a number or a JSON object
  };

  std::string name;
  std::string value;
  kind what = kind::text;

  friend bool operator==(const event_field&, const event_field&) = default;
};

/// An event as text: its name as in the manual, and its fields.
struct event_text {
  std::string name;
  std::vector<event_field> fields;

  friend bool operator==(const event_text&, const event_text&) = default;
};

[[nodiscard]] event_text describe(const any_event& value);

/// Name and fields as one line, for people.
[[nodiscard]] std::string to_string(const event_text& value);
[[nodiscard]] std::string to_string(const any_event& value);

} // namespace hamok
