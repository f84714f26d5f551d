#pragma once

// The entries of a remote map, as plain as they can be.

#include "hamok/raft/types.hpp"
#include "hamok/tests/sim/command.hpp"
#include "hamok/tests/sim/content.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace hamok::sim {

class outside_model {
public:
  /// Does what a client's operation says. Gives what has become of each of its steps: whether it
  /// was done, and the value before (0: none, or nobody is told), or how many there were.
  content execute(const operation& op);

  [[nodiscard]] content items() const;

private:
  item execute_one(const operation& op, std::uint64_t key, std::uint64_t value);

  std::map<std::uint64_t, std::uint64_t> values_;
};

/// Whether the remote map of this operation tells what it changes; an erasure then looks first.
[[nodiscard]] bool tells_changes(const operation& op) noexcept;

} // namespace hamok::sim
