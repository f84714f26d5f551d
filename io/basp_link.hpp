#pragma once

// Links over the connections of CAF's own protocol, BASP: a member publishes its node actor at a
// port, or the application does (`hamok::publish`), and the others get a handle of it there. What
// the two ends say to each other are typed messages. Needs `caf::io::middleman`.

#include "hamok/actors/interfaces/endpoint.hpp"
#include "hamok/io/actor_link.hpp"
#include "hamok/io/dialer.hpp"
#include "hamok/io/listener.hpp"

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include <string>

namespace hamok {

/// Publishes the node at this address, as `middleman().publish` does but without waiting for
/// anybody, until the actor gets an exit message (`caf::anon_send_exit`). Fails as `spawn_listener`
/// does, and where the system has no middleman.
caf::expected<listening> spawn_basp_port(caf::actor_system& system, const endpoint& at,
                                         bool allow_insecure, node_actor node);

/// Keeps a link up to the node that is published at `target.at`, as other dialers do. It runs in a
/// thread of its own: getting the handle blocks, within the limits.
dialer_actor spawn_basp_dialer(caf::actor_system& system, dial_target target,
                               actor_link_options options, link_config config,
                               dial_limits limits = {});

} // namespace hamok
