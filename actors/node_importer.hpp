#pragma once

// Brings the content of a `node_snapshot` into a cluster.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"

#include <caf/actor_system.hpp>

#include <string>

namespace hamok {

/// What is wrong with the snapshot in this process, and where in it, such as `collections[2].kind`.
/// Empty: nothing.
[[nodiscard]] std::string objection_to(const node_snapshot& given);

using node_importer = caf::typed_actor<caf::result<void>(import_content)>;

/// Spawns an actor that answers one `import_content` once the content of `given` is applied on
/// `node`, and ends. `id` is the import's own. With `running`, all collections are replaced in one
/// entry of the log; otherwise the node is started first, and the collections are created with
/// their content.
[[nodiscard]] node_importer spawn_node_importer(caf::actor_system& system, node_actor node,
                                                node_snapshot given, const session_id& id,
                                                bool running, caf::timespan limit);

} // namespace hamok
