#pragma once

// What clients ask for, and the bytes of it that become an entry.

#include "hamok/raft/bytes.hpp"
#include "hamok/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace hamok::sim {

enum class operation_kind : std::uint8_t {
  open,      ///< the client's session: its first operation, which changes no content
  set,       ///< gives the value before
  insert,    ///< gives the value that is there; sets only when there is none
  update_if, ///< when the value is `expected`; gives whether it was
  remove,    ///< gives the value before
  remove_if, ///< when the value is `expected`; gives whether it was
  add, ///< to the value, or to 0: shows at once when it is applied twice; gives the one before
};

/// One operation of one client. The pair (client, sequence) names it, however often it is sent.
struct operation {
  std::uint32_t client = 0;
  std::uint64_t sequence = 0;
  std::uint64_t first_outstanding = 0; ///< all before are acknowledged and will not be asked again
  operation_kind kind = operation_kind::open;
  std::uint8_t key = 0;
  std::uint64_t value = 0;
  std::uint64_t expected = 0;

  friend bool operator==(const operation&, const operation&) = default;
};

/// What an operation, once applied, answers.
struct operation_result {
  /// False when the operation had been applied before: then `result` and `index` are those of then.
  bool fresh = false;
  /// What its kind gives; a value that is not there is 0.
  std::uint64_t result = 0;
  raft::index_t index = 0; ///< 0: it came too late or too early, and did nothing

  friend bool operator==(const operation_result&, const operation_result&) = default;
};

/// The operation, the bytes for the state machine behind it, and `padding` bytes to give it a size.
[[nodiscard]] blob to_payload(const operation& value, const blob& inner, std::size_t padding);

struct command {
  operation what;
  blob inner;
};

/// The opposite; nothing when `payload` is none of ours.
[[nodiscard]] std::optional<command> from_payload(const blob& payload);

[[nodiscard]] std::string to_string(const operation& value);

} // namespace hamok::sim
