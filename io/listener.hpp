#pragma once

// Where other members and clients connect to: the first frame of a connection decides what it is.

#include "hamok/actors/interfaces/endpoint.hpp"
#include "hamok/io/link_config.hpp"

#include <caf/actor.hpp>
#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include <cstddef>
#include <string>

namespace hamok {

/// Where a listener listens, and how many it takes.
struct listener_config {
  endpoint at; ///< port 0: the system chooses
  /// Allows other addresses than loopback although connections are not authenticated.
  bool allow_insecure = false;
  /// Connections that have not completed their hello; beyond it nobody is accepted for a while.
  std::size_t max_unfinished = 256;
  /// All connections; never more than half of the descriptors that the process may have. Clients
  /// get at most three quarters of them, so that they cannot keep members out.
  std::size_t max_connections = 4096;
  link_config link;
};

/// A running listener. It ends with an exit message (`caf::anon_send_exit`); links that it has
/// accepted stay.
struct listening {
  caf::actor actor;
  endpoint at; ///< with the real port
};

/// Binds and listens before it returns. Fails with `invalid_config` when the address cannot be
/// resolved, is not loopback (and that is not allowed), or is in use.
caf::expected<listening> spawn_listener(caf::actor_system& system, listener_config config);

} // namespace hamok
