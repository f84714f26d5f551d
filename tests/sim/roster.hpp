#pragma once

// Who there is: every life of every name. Members are numbers in the simulator, and a number is one
// life: it is never used again, so that votes, logs and promises are never those of another life.

#include "hamok/raft/types.hpp"
#include "hamok/tests/sim/scenario.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

namespace hamok::sim {

/// This number is nobody's.
inline constexpr std::size_t nobody = ~std::size_t{0};

/// One life of one name: from its first start until it forgets, or is removed.
struct life : member_plan {
  std::size_t slot = 0; ///< lives of one name share it, one after another
  std::string called;   ///< in traces: "c", and the second life of that name "c2"
};

class roster {
public:
  /// The founders, one life for each planned member.
  explicit roster(const scenario& plan);

  [[nodiscard]] std::size_t size() const noexcept { return lives_.size(); }
  [[nodiscard]] const life& operator[](std::size_t who) const noexcept { return lives_[who]; }
  /// What every log begins behind.
  [[nodiscard]] const raft::configuration& founders() const noexcept { return founders_; }

  /// The number of a life, or `nobody` for a stranger.
  [[nodiscard]] std::size_t number_of(const raft::member_id& id) const noexcept;
  [[nodiscard]] std::size_t number_of(const std::optional<raft::member_id>& id) const noexcept;

private:
  std::deque<life> lives_; ///< by number
  raft::configuration founders_;
};

} // namespace hamok::sim
