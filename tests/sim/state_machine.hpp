#pragma once

// What members apply committed entries to. Each member has its own; the checks have a plain model
// to compare it with.

#include "hamok/collections/digest_state.hpp"
#include "hamok/collections/remote_view_state.hpp"
#include "hamok/raft/types.hpp"
#include "hamok/tests/sim/command.hpp"
#include "hamok/tests/sim/content.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace hamok::sim {

/// A collection of the library as one member has it.
struct picture {
  collection_kind kind = collection_kind::map;
  content items;
  digest128 digest; ///< the library's own
};

/// What a member knows of its remote map.
struct remote_map_part {
  std::uint64_t number = 0;                        ///< of the collection
  std::shared_ptr<const hamok::remote_view> state; ///< null: there is none
};

/// A replicated state machine under test.
class state_machine {
public:
  virtual ~state_machine() = default;

  /// Applies the committed `value`. Entries that are no commands change nothing and give no result
  /// that anybody looks at. An operation that was applied before is not applied again. Throws
  /// `violation` when it contradicts itself.
  [[nodiscard]] virtual operation_result apply(raft::index_t index, const raft::entry& value) = 0;

  /// All of it as bytes; equal for equal states.
  [[nodiscard]] virtual blob snapshot() const = 0;
  /// Becomes what `bytes` were made of. False, and as it was, when they are no snapshot.
  [[nodiscard]] virtual bool restore(const blob& bytes) = 0;

  /// Equal exactly when the content is: see `digest_part`.
  [[nodiscard]] virtual std::uint64_t digest() const = 0;

  /// The library's collection that the last entry was for, as it is now; null: for none.
  [[nodiscard]] virtual const picture* touched() const { return nullptr; }
  /// All collections of the library.
  [[nodiscard]] virtual std::vector<picture> collections() const { return {}; }
  [[nodiscard]] virtual remote_map_part remote_map() const { return {}; }
};

/// How a kind of state machine is made, and how operations are written for it.
struct state_machine_kind {
  const char* name;
  std::unique_ptr<state_machine> (*make)();
  /// The bytes that `state_machine` finds behind the operation in an entry.
  blob (*encode)(const operation&);
};

/// The simulator's own: a table of values and of what each client has applied.
[[nodiscard]] const state_machine_kind& key_value_kind() noexcept;

/// The library's collections, with their sessions and snapshots.
[[nodiscard]] const state_machine_kind& collections_kind() noexcept;

} // namespace hamok::sim
