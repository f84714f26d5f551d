#pragma once

// The thread in which a member talks to the storage of a remote map.

#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/collections/remote_storage.hpp"

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

namespace hamok {

/// Spawns an actor with a thread of its own. Its owner ends it; then a call to the storage that is
/// under way is its last one.
[[nodiscard]] storage_actor spawn_storage_worker(caf::actor_system& system,
                                                 remote_storage_ptr storage);

/// What the storage makes of the job: its tasks one after the other, until one cannot be done.
[[nodiscard]] blob execute_job(remote_storage& storage, const blob& job);

/// What the storage says to a `map_query`.
[[nodiscard]] caf::expected<blob> ask_storage(remote_storage& storage, const blob& question);

} // namespace hamok
