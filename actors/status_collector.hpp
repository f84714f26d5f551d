#pragma once

// Short-lived actors that ask several others something and give one answer, within a bound.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"

#include <vector>

namespace hamok {

using collection_status_collector =
    caf::typed_actor<caf::result<std::vector<collection_status>>(get_status)>;

using node_status_collector = caf::typed_actor<caf::result<node_status>(get_status)>;

/// Spawns an actor that answers one `get_status` with the statuses of `collections`, and quits.
/// What does not answer within a second is left out.
[[nodiscard]] collection_status_collector
spawn_status_collector(caf::actor_system& system, std::vector<collection_actor> collections);

/// Spawns an actor that answers one `get_status` with `known`, completed by what `role` (if there
/// is one) and `applier` say within two seconds, and quits.
[[nodiscard]] node_status_collector spawn_status_collector(caf::actor_system& system,
                                                           node_status known, role_actor role,
                                                           applier_actor applier);

/// Spawns an actor that tells `node` `drained` once nobody waits for an operation of `collections`
/// any more, or `limit` has passed, and quits.
void spawn_drain_watcher(caf::actor_system& system, std::vector<collection_actor> collections,
                         caf::timespan limit, node_actor node);

} // namespace hamok
