#pragma once

// The content of a snapshot: all collections of a member at one index of the log, as bytes that
// are equal wherever the content is.

#include "hamok/collections/session_state.hpp"
#include "hamok/collections/state_machine_state.hpp"
#include "hamok/raft/types.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hamok {

/// What a snapshot says of a collection besides its state: what its creation in the log said.
struct collection_label {
  std::uint64_t number = 0; ///< index of its creation
  std::string name;
  std::string kind;
  blob options;
  raft::incarnation_id creator;

  friend bool operator==(const collection_label&, const collection_label&) = default;
};

/// A collection at the index of the snapshot.
struct collection_cut {
  collection_label label;
  std::shared_ptr<const session_cut> state;
};

/// Writes a snapshot with these collections, in the order of their numbers.
void write_snapshot(const raft::snapshot_meta& meta, std::vector<collection_cut> collections,
                    state_sink& out);

/// A collection as a snapshot has it.
struct loaded_collection {
  collection_label label;
  std::unique_ptr<session_state> state;
};

/// A snapshot that was read.
struct snapshot_content {
  raft::snapshot_meta meta;
  std::vector<loaded_collection> collections;
};

/// Makes an empty state machine of a kind, or null when the kind is not known.
using machine_factory = std::function<std::unique_ptr<state_machine>(const std::string& kind)>;

/// Reads all that `source` has as one snapshot. Gives what is wrong with it, and where; empty:
/// nothing, and `out` is all of it. `out` is left alone otherwise.
[[nodiscard]] std::string read_snapshot(state_source& source, const machine_factory& make,
                                        snapshot_content& out);

} // namespace hamok
