#pragma once

// What all kinds of links are told by the node that they belong to.

#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/io/client_protocol.hpp"
#include "hamok/io/epoch_table.hpp"
#include "hamok/io/frame.hpp"

#include <caf/timespan.hpp>

#include <cstddef>
#include <functional>
#include <memory>

namespace hamok {

/// Bounds in space and time of one connection.
struct link_limits {
  /// Largest frame that an accepted peer or client may send.
  std::size_t max_payload = default_max_payload;
  /// Bytes written and not yet taken by the system: beyond it raft messages are dropped and
  /// forwards are refused.
  std::size_t window = std::size_t{16} << 20;
  /// Bytes asked from the system at a time.
  std::size_t read_size = std::size_t{128} << 10;
  /// From connected until both sides have accepted each other.
  caf::timespan hello_timeout = std::chrono::seconds{5};
  /// Something is sent at least this often; set to the node's heartbeat.
  caf::timespan ping_interval = std::chrono::milliseconds{150};
  /// Without a byte for this long the link is lost; set to twice the node's `follower_max_idle`.
  caf::timespan silence_limit = std::chrono::seconds{1};
  /// How long a refused or closed connection may take to hear why.
  caf::timespan linger = std::chrono::milliseconds{500};
  /// For requests of clients that name no timeout.
  caf::timespan request_timeout = std::chrono::seconds{5};
  /// Requests of one client that wait for their answers; beyond it the client is not read from.
  std::size_t max_client_requests = 1024;
  /// A client that asks nothing and has subscribed to nothing is let go after this time; it may
  /// just as well be gone. It connects again with its next request.
  caf::timespan client_idle_limit = std::chrono::minutes{10};
};

/// A node's own side of its links.
struct link_config {
  node_actor node;
  /// What this node says of itself now; `epoch` and `seen_epoch` are filled in by the link. Called
  /// from any thread.
  std::function<hello()> make_hello;
  /// What this node tells a client that it welcomes. Called from any thread.
  std::function<client_welcome()> make_welcome;
  std::shared_ptr<epoch_table> epochs; ///< one for each node
  raft::group_id group = 0;
  link_limits limits;
};

} // namespace hamok
