#pragma once

// What an emitter answers besides the answers of its state.

#include "hamok/actors/interfaces/error.hpp"
#include "hamok/raft/bytes.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hamok {

/// What has become of an event, member by member: each that had a subscriber is in one of the
/// lists.
struct publish_result {
  /// Peer ids of the members all of whose subscribers have handled it.
  std::vector<std::string> handled;
  /// The others, and why: `connection_lost` when there is no link, or no more; `overloaded` when
  /// too much is on its way there, or waits for a subscriber; `not_handled` when a subscriber has
  /// failed, or is gone; `outcome_unknown` when there was no answer in time.
  std::vector<std::pair<std::string, errc>> failed;

  friend bool operator==(const publish_result&, const publish_result&) = default;
};

/// What an emitter has done on a member since it was opened there.
struct emitter_stats {
  std::uint64_t published = 0; ///< events of this member, those of `notify` included
  std::uint64_t delivered = 0; ///< to members that have handled them
  std::uint64_t failed = 0;    ///< to members that have not
  std::uint64_t received = 0;  ///< given to subscribers of this member

  friend bool operator==(const emitter_stats&, const emitter_stats&) = default;
};

[[nodiscard]] blob encode(const publish_result& value);
[[nodiscard]] blob encode(const emitter_stats& value);

/// False when the bytes are not exactly one value.
[[nodiscard]] bool decode(const blob& bytes, publish_result& out);
[[nodiscard]] bool decode(const blob& bytes, emitter_stats& out);

} // namespace hamok
