#pragma once

// The storage behind a remote map, as an application would write it: one for the whole cluster, and
// outside of it.

#include "hamok/collections/remote_step_state.hpp"
#include "hamok/raft/types.hpp"
#include "hamok/tests/plain_storage.hpp"
#include "hamok/tests/sim/content.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace hamok::sim {

/// The remote map of all runs.
inline constexpr raft::incarnation_id outside_owner{0x0075'1DE0, 1};

class outside {
public:
  explicit outside(std::size_t kept) : kept_(kept) {}

  /// As `remote_storage` demands, with no more memory than that.
  remote_outcome execute(const remote_write& write);

  [[nodiscard]] content items() const;
  /// The last write that it has done.
  [[nodiscard]] raft::index_t last() const noexcept { return last_; }

private:
  std::size_t kept_; ///< outcomes
  plain_storage storage_;
  raft::index_t last_ = 0;
  std::map<raft::index_t, remote_outcome> outcomes_;
};

/// What has become of steps, in numbers.
[[nodiscard]] content to_content(const std::vector<remote_touch>& touches);

} // namespace hamok::sim
