#pragma once

// A storage of remote maps in the memory of this process: for tests, and to see what a storage has
// to do.

#include "hamok/collections/remote_storage.hpp"

#include <map>
#include <mutex>

namespace hamok {

/// Lasts as long as the process; all members of the remote map have to be in it, and share one
/// object.
class memory_remote_storage final : public remote_storage {
public:
  [[nodiscard]] remote_outcome execute(const remote_write& write) override;
  [[nodiscard]] std::size_t kept_outcomes() const override { return 256; }
  [[nodiscard]] caf::expected<std::vector<std::optional<blob>>>
  get(const std::vector<blob>& keys) override;
  [[nodiscard]] caf::expected<std::vector<key_value>> scan(const std::optional<blob>& after,
                                                           std::size_t max_entries) override;
  [[nodiscard]] caf::expected<std::uint64_t> size() override;

private:
  [[nodiscard]] std::optional<remote_outcome> objection(const remote_write& write);
  [[nodiscard]] bool has_room(const remote_write& write) const;
  remote_touch take(const remote_step& step);

  std::mutex mutex_;
  std::map<blob, blob> entries_;
  std::optional<raft::incarnation_id> owner_;
  raft::index_t last_ = 0;                           ///< write that was done
  std::map<raft::index_t, remote_outcome> outcomes_; ///< that somebody may ask for again
};

} // namespace hamok
