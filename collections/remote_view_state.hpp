#pragma once

// What the log says of a remote map at one index, for readers on any thread.

#include "hamok/collections/remote_command_state.hpp"
#include "hamok/collections/state_machine_state.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace hamok {

/// Immutable; all functions may be called from any thread.
class remote_view : public state_view {
public:
  [[nodiscard]] virtual remote_summary summary() const = 0;

  /// Those that wait in front: at most `max_count`, and no more than `max_bytes` unless the first
  /// alone is larger.
  [[nodiscard]] virtual std::vector<remote_task> tasks(std::size_t max_count,
                                                       std::size_t max_bytes) const = 0;

  /// Whether the operation at this index waits for its execution.
  [[nodiscard]] virtual bool waits(raft::index_t index) const = 0;

  /// How the operation at this index has ended, if that is known (still).
  [[nodiscard]] virtual std::optional<remote_result> result(raft::index_t index) const = 0;
};

} // namespace hamok
