#pragma once

// The sessions of one collection as entries open, use and end them. Only the library itself
// includes this, as with map_state.hpp.

#include "hamok/collections/applied_entry_state.hpp"
#include "hamok/collections/operation_state.hpp"
#include "hamok/collections/session_part_state.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

namespace hamok {

/// A cut of it costs the same however many sessions there are and whatever they keep: it shares
/// them, and a session is copied when it changes for the first time behind the cut.
class session_table {
public:
  explicit session_table(const session_limits& limits) : limits_(limits) {}

  /// Goes on to the entry at `context.index`, where sessions that were idle for too long end.
  /// False, and nothing changes, when it was applied before.
  bool advance(const command_context& context);

  /// The session, to be changed, or null. To be used before the next call of another function.
  [[nodiscard]] session_record* find(const raft::incarnation_id& id);
  [[nodiscard]] bool contains(const raft::incarnation_id& id) const;

  verdict open(const open_envelope& open);
  verdict keep_alive(const keep_alive_envelope& alive);
  void close(const raft::incarnation_id& id);

  /// Everything as it is now.
  [[nodiscard]] std::shared_ptr<const session_part> cut();
  /// Goes on from this.
  void load(session_part part);

  [[nodiscard]] const session_part& part() const noexcept { return part_; }

private:
  void expire();
  void retire(const raft::incarnation_id& id);

  session_limits limits_;
  session_part part_;
  std::uint64_t cuts_ = 0; ///< that have been taken

  // Not part of the state: they only save time.
  std::map<raft::incarnation_id, raft::index_t> retired_ids_;
  std::pair<raft::incarnation_id, session_record*> last_used_{}; ///< it is in no cut
  raft::duration next_expiry_ = raft::duration::max();           ///< no session ends before
};

} // namespace hamok
