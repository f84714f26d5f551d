#pragma once

// Commands about the content of a collection as a whole, whatever its kind: how a snapshot of it
// comes in through the log. The session state understands them, so state machines need nothing
// for it. They are in logs: only add at the end.

#include "hamok/raft/types.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace hamok {

/// What has become of a command about the content; its result. Results are in snapshots: only add
/// at the end.
enum class content_outcome : std::uint8_t {
  done = 0,
  out_of_order = 1, ///< it does not begin where the piece before it has ended; nothing is replaced
  unusable = 2,     ///< the state machine cannot understand it all; nothing is replaced
};

/// A piece of new content. Pieces of one import come one behind the other under one session, which
/// gathers them; with the last one the content is replaced by all of them, in that very entry.
/// What is gathered is lost with the session, and when another import begins under it.
struct content_piece {
  raft::incarnation_id import; ///< random: tells one import from the next
  std::uint64_t offset = 0;    ///< of `bytes` in the whole content; 0 begins anew
  bool last = false;
  blob bytes;
};

[[nodiscard]] blob encode(const content_piece& value);
/// Nothing when `command` is not exactly one piece.
[[nodiscard]] std::optional<content_piece> decode_content_piece(const blob& command);

[[nodiscard]] blob encode(content_outcome value);
[[nodiscard]] std::optional<content_outcome> decode_content_outcome(const blob& result);

} // namespace hamok
