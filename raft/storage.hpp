#pragma once

// Where a member's hard state and log survive: the interface that memory and disk implement.

#include "hamok/raft/event.hpp"
#include "hamok/raft/types.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace hamok::raft {

/// Who this member is, beyond the algorithm; written before it is told to anybody. With founders of
/// whom it is one it has accepted a founding list, with others it has joined their cluster, and
/// with a cluster alone it is on its way back there.
struct identity {
  member_id self;
  incarnation_id cluster;          ///< random id of the founded cluster; none before founding
  std::vector<member_id> founders; ///< the one founding list that this member has accepted
  /// Everything up to here was committed when this life had first heard of the cluster. A life that
  /// was removed was so behind it.
  index_t born_after = 0;
  bool removed = false; ///< this life was a member and never will be again

  friend bool operator==(const identity&, const identity&) = default;
};

/// How a write ended, or that it has not yet.
enum class write_status : std::uint8_t {
  durable, ///< survives a crash already
  pending, ///< the callback will tell
  failed,  ///< nothing of it may be counted on; the member must stop
};

/// Storage of one member. Owned by the node; outlives every role actor.
///
/// Thread safety: all calls come from one actor at a time. The callback of `write` may be called
/// from any thread.
class log_storage {
public:
  using durable_callback = std::function<void(std::uint64_t sequence, bool ok)>;

  virtual ~log_storage() = default;

  /// Everything that was durable, as after a restart. It first completes each write that was
  /// started; no callback of one of them comes afterwards.
  [[nodiscard]] virtual initial_state load() = 0;
  [[nodiscard]] virtual identity load_identity() = 0;

  /// Makes `value` durable before it returns. False when that failed.
  [[nodiscard]] virtual bool save_identity(const identity& value) = 0;

  /// Starts the write of `request`, which survives a crash as a whole or not at all. Writes are
  /// done in order, none without those before it; `on_durable` is called exactly once,
  /// for a `pending` one only.
  [[nodiscard]] virtual write_status write(const persist_request& request,
                                           const durable_callback& on_durable) = 0;

  /// The state that stands before the log of a newly founded cluster, or of a member that has no
  /// log yet. Later ones come with `write`.
  [[nodiscard]] virtual bool save_base(const snapshot_meta& base) = 0;

  /// Another life begins, behind `base`: log and hard state of the last one are gone, all of it or
  /// nothing, before this returns. False when that failed.
  [[nodiscard]] virtual bool begin_anew(const snapshot_meta& base) = 0;
};

} // namespace hamok::raft
