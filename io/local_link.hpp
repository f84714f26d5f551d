#pragma once

// Links between members of one actor system: nodes find each other by name. No bytes; payloads are
// shared, not copied. Nothing of it needs the middleman.

#include "hamok/io/actor_link.hpp"
#include "hamok/io/dialer.hpp"

#include <caf/error.hpp>
#include <caf/fwd.hpp>

#include <string>

namespace hamok {

/// Makes the node known to this actor system as "hamok/<cluster>/<peer>". `refused_name_taken` when
/// another node has that name. It has to be `leave_local_nodes` again before the node ends.
[[nodiscard]] caf::error enter_local_nodes(caf::actor_system& system, const std::string& cluster,
                                           const std::string& peer, const node_actor& node);

/// Nothing when the name belongs to another node. Not to be called from destructors of actors: an
/// actor system that ends may destroy them with its registry locked.
void leave_local_nodes(caf::actor_system& system, const std::string& cluster,
                       const std::string& peer, const node_actor& node);

/// Keeps a link up to the member `peer` of the same actor system, as other dialers do.
dialer_actor spawn_local_dialer(caf::actor_system& system, std::string cluster, std::string peer,
                                actor_link_options options, link_config config,
                                dial_limits limits = {});

} // namespace hamok
