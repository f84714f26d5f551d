#pragma once

// What a remote map does to the storage outside: what whoever implements a storage has to know.

#include "hamok/raft/bytes.hpp"
#include "hamok/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hamok {

/// What a step does. Numbers are in the storages' scripts.
enum class remote_verb : std::uint8_t {
  set = 1,   ///< the key has the value
  insert,    ///< the same, if the key has none
  update_if, ///< the same, if the present value has exactly the bytes `expected`
  remove,    ///< the key has no value
  remove_if, ///< the same, if the present value has exactly the bytes `expected`
  erase,     ///< as `remove`, for somebody who does not want to know the value
  clear,     ///< no key has a value
};

/// One thing that is to be done to a storage.
struct remote_step {
  remote_verb verb = remote_verb::set;
  blob key;
  blob value;
  blob expected;

  friend bool operator==(const remote_step&, const remote_step&) = default;
};

/// What has become of a step.
struct remote_touch {
  /// The step was done: its condition held, and there was something to remove. `clear` always is.
  bool changed = false;
  /// The value before the step, of `set`, `insert` and `remove`.
  std::optional<blob> old;
  /// Of `clear`: how many keys had a value.
  std::uint64_t count = 0;

  friend bool operator==(const remote_touch&, const remote_touch&) = default;
};

/// Whether its touch has the value that was there before.
[[nodiscard]] bool tells_old(remote_verb verb) noexcept;

/// Does the step, unless it is `clear`, to what its key has: none, or a value.
[[nodiscard]] remote_touch take_step(const remote_step& step, std::optional<blob>& value);

/// How a write to a storage has ended. Numbers are in logs.
enum class remote_status : std::uint8_t {
  done = 0,       ///< all steps
  too_large = 1,  ///< nothing was changed: its answer would be beyond `remote_write::max_bytes`
  superseded = 2, ///< nothing was changed: a later one is done, and how this one ended is not kept
  taken = 3,      ///< nothing was changed: the storage belongs to another remote map
  unavailable,    ///< in no log: the storage cannot say whether it was done
};

struct remote_outcome {
  remote_status status = remote_status::unavailable;
  std::vector<remote_touch> touches = {}; ///< one for each step when it is `done`
  std::string problem = {};               ///< of the storage that is `unavailable`, for people

  friend bool operator==(const remote_outcome&, const remote_outcome&) = default;
};

/// A write to a storage: all steps in their order, or none.
struct remote_write {
  raft::incarnation_id owner; ///< the remote map, whatever its name
  raft::index_t index = 0;    ///< of the command in the log: grows with each
  raft::index_t reported = 0; ///< outcomes up to here are never asked for again; 0: it is the first
  std::size_t max_bytes = 0;  ///< of all values in its answer
  std::vector<remote_step> steps;
};

} // namespace hamok
