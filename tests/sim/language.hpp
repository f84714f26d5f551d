#pragma once

// How the library speaks of a kind of collection: its commands for the simulator's operations, and
// what its answers and its content mean in the simulator's numbers.

#include "hamok/collections/state_machine_state.hpp"
#include "hamok/tests/sim/command.hpp"
#include "hamok/tests/sim/content.hpp"

#include <cstdint>
#include <memory>

namespace hamok::sim {

/// Each throws `violation` for bytes that the library cannot have meant.
struct language {
  const char* kind; ///< as creations call it
  std::unique_ptr<hamok::state_machine> (*make)();
  blob (*command)(const operation&);
  /// The content that an import brings, as the state machine's `load` takes it.
  blob (*import)(const operation&);
  /// `operation_result::result`.
  std::uint64_t (*result)(const operation&, const blob& answer);
  /// As readers on other threads see it.
  content (*read)(const hamok::state_view&);
};

/// Not for tables.
[[nodiscard]] const language& language_of(collection_kind kind) noexcept;

/// The same, each in a file of its own.
[[nodiscard]] const language& map_language() noexcept;
[[nodiscard]] const language& record_language() noexcept;
[[nodiscard]] const language& queue_language() noexcept;
[[nodiscard]] const language& emitter_language() noexcept;
[[nodiscard]] const language& remote_map_language() noexcept;

/// A number as eight bytes, and back.
[[nodiscard]] blob bytes_of(std::uint64_t value);
[[nodiscard]] std::uint64_t number_in(const blob& bytes);

/// The answer to an operation cannot be read.
[[noreturn]] void cannot_read(const operation& op);

} // namespace hamok::sim
