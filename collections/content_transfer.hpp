#pragma once

// What takes long about exports and imports of one collection, for its actor: short-lived actors in
// threads of their own.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/collections/state_machine_state.hpp"

#include <caf/actor_system.hpp>

#include <memory>
#include <string>

namespace hamok {

/// New content of more bytes than this goes in several entries of the log. A piece has room in one
/// message by default.
inline constexpr std::size_t content_piece_size = (std::size_t{1} << 20) - 256;

/// What is wrong with the snapshot in this process, and where in it (`kind`, `content`): its kind
/// is not registered, or its content is not what that kind writes. Empty: nothing.
[[nodiscard]] std::string objection_to(const collection_snapshot& given);

using content_writer = caf::typed_actor<caf::result<collection_snapshot>(export_content)>;
using content_importer = caf::typed_actor<caf::result<void>(import_content)>;

/// Spawns an actor that answers one `export_content` with `head` and the content of the cut, and
/// ends.
[[nodiscard]] content_writer spawn_content_writer(caf::actor_system& system,
                                                  collection_snapshot head,
                                                  std::shared_ptr<const state_cut> content);

/// Spawns an actor that answers one `import_content` once the collection `to` has the content of
/// `given`, and ends.
[[nodiscard]] content_importer spawn_content_importer(caf::actor_system& system,
                                                      collection_actor to,
                                                      collection_snapshot given,
                                                      caf::timespan limit);

} // namespace hamok
