#pragma once

// A member's log in memory. It survives a change or a crash of the role, not the end of the
// process.

#include "hamok/raft/storage.hpp"

#include <deque>

namespace hamok {

/// Every write is as durable as it will ever be when it returns. The state machines live as long as
/// this does, so no snapshot of them is kept beside them.
///
/// Thread safety: as the interface says: one actor at a time.
class memory_storage : public raft::log_storage {
public:
  [[nodiscard]] raft::initial_state load() override;
  [[nodiscard]] raft::identity load_identity() override;
  [[nodiscard]] bool save_identity(const raft::identity& value) override;

  /// Never `pending`. `failed`, with nothing changed, for a request that would leave a gap in the
  /// log, or reach behind its base.
  [[nodiscard]] raft::write_status write(const raft::persist_request& request,
                                         const durable_callback& on_durable) override;

  /// Refused once there are entries that do not follow `base`.
  [[nodiscard]] bool save_base(const raft::snapshot_meta& base) override;

  [[nodiscard]] bool begin_anew(const raft::snapshot_meta& base) override;

private:
  [[nodiscard]] raft::index_t last_index() const noexcept;
  [[nodiscard]] bool fits(const raft::persist_request& request) const noexcept;
  void rebase(const raft::snapshot_meta& base, bool replaces);

  raft::identity identity_;
  raft::hard_state hard_;
  raft::snapshot_meta base_;
  std::deque<raft::entry> entries_; ///< dropped at the front as it grows at the end
};

} // namespace hamok
