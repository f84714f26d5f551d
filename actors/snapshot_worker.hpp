#pragma once

// What takes long about snapshots, in threads of its own: writing, reading, and destroying states.

#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/collections/hand_over.hpp"
#include "hamok/collections/snapshot_state.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace hamok {

/// A collection's part in a cut, and where it is.
struct taken_part {
  collection_label label;
  std::uint64_t slot = 0; ///< of a `session_cut`
};

/// Writes the parts as the snapshot `meta`, empties their slots, and tells `applier`
/// `snapshot_taken`. The actor ends by itself.
caf::actor spawn_snapshot_writer(caf::actor_system& system, applier_actor applier,
                                 std::shared_ptr<hand_over> states, raft::snapshot_meta meta,
                                 std::vector<taken_part> parts);

/// Reads the snapshot, puts the states into slots, and tells `applier` `snapshot_loaded`. Slots
/// that come along with a problem have to be emptied all the same. The actor ends by itself.
caf::actor spawn_snapshot_reader(caf::actor_system& system, applier_actor applier,
                                 std::shared_ptr<hand_over> states, install_snapshot snapshot);

/// Takes over what the log says of the last entry in a snapshot.
void describe(const raft::snapshot_meta& meta, node_snapshot& out);

/// Writes the content of the parts into `head`, in the order of their numbers, empties their slots,
/// and tells `applier` `snapshot_exported` with the number `cut`. The actor ends by itself.
caf::actor spawn_export_writer(caf::actor_system& system, applier_actor applier,
                               std::shared_ptr<hand_over> states, std::uint64_t cut,
                               node_snapshot head, std::vector<taken_part> parts);

/// Lets go of the bytes, elsewhere if there are many.
void spawn_bytes_sweeper(caf::actor_system& system, std::vector<blob> pieces);

/// Empties the slots.
void spawn_slot_sweeper(caf::actor_system& system, std::shared_ptr<hand_over> states,
                        std::vector<std::uint64_t> slots);

} // namespace hamok
