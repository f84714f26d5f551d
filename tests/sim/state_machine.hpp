#pragma once

// What members apply committed entries to. Each member has its own; the checks have a plain model
// to compare it with.

#include "hamok/raft/types.hpp"
#include "hamok/tests/sim/command.hpp"

#include <cstdint>
#include <memory>

namespace hamok::sim {

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

  /// Equal exactly when the content is: see `content_hash`.
  [[nodiscard]] virtual std::uint64_t digest() const = 0;
};

/// How a kind of state machine is made, and how operations are written for it.
struct state_machine_kind {
  const char* name;
  operation_kind last_kind; ///< the last that it understands
  std::unique_ptr<state_machine> (*make)();
  /// The bytes that `state_machine` finds behind the operation in an entry.
  blob (*encode)(const operation&);
};

/// The simulator's own: a table of values and of what each client has applied.
[[nodiscard]] const state_machine_kind& key_value_kind() noexcept;

/// The map of the library, with its sessions.
[[nodiscard]] const state_machine_kind& map_kind() noexcept;

/// Hash of one item of content; the digest of a state is the sum of these.
[[nodiscard]] std::uint64_t content_hash(std::uint8_t key, std::uint64_t value) noexcept;

} // namespace hamok::sim
