#pragma once

// Who there is: every life of every name. Members are numbers in the simulator, and a number is one
// life: it is never used again, so that votes, logs and promises are never those of another life.

#include "hamok/raft/types.hpp"
#include "hamok/tests/sim/scenario.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace hamok::sim {

/// This number is nobody's.
inline constexpr std::size_t nobody = ~std::size_t{0};

/// The name that a slot stands for.
[[nodiscard]] inline std::string name_of(std::size_t slot) {
  return std::string(1, static_cast<char>('a' + slot));
}

/// One life of one name: from its first start until it forgets, or is removed.
struct life : member_plan {
  std::size_t slot = 0;  ///< lives of one name share it, one after another
  std::size_t place = 0; ///< of the node that lives it
  std::string called;    ///< in traces: "c", and the second life of that name "c2"
  bool gone = false;     ///< it never runs again
  /// What was committed when it first met a member of the cluster, once it has.
  std::optional<raft::index_t> born_after;
};

class roster {
public:
  /// One life for each planned member.
  explicit roster(const scenario& plan);

  [[nodiscard]] std::size_t size() const noexcept { return lives_.size(); }
  [[nodiscard]] const life& operator[](std::size_t who) const noexcept { return lives_[who]; }
  /// What every log begins behind; nobody, before the cluster is founded.
  [[nodiscard]] const raft::configuration& founders() const noexcept { return founders_; }
  void found(raft::configuration founders) { founders_ = std::move(founders); }

  /// Another life of the name that `slot` stands for; its `config.self` is its own, all else is as
  /// for those before. Gives its number.
  std::size_t add(std::size_t slot, std::size_t place, const scenario& plan, dice& chance);
  void end(std::size_t who) { lives_[who].gone = true; }
  void meets_cluster(std::size_t who, raft::index_t committed) {
    if (!lives_[who].born_after)
      lives_[who].born_after = committed;
  }

  /// Lives that are not gone, with one name or with any.
  [[nodiscard]] std::size_t living() const noexcept;
  [[nodiscard]] std::size_t living_in(std::size_t slot) const noexcept;
  /// Whether that one's name was started twice: another life of it has begun after that one, or is
  /// not gone.
  [[nodiscard]] bool has_twin(std::size_t who) const noexcept;
  /// One of those that are not gone.
  [[nodiscard]] std::size_t anybody(dice& chance) const noexcept;

  /// The number of a life, or `nobody` for a stranger.
  [[nodiscard]] std::size_t number_of(const raft::member_id& id) const noexcept;
  [[nodiscard]] std::size_t number_of(const std::optional<raft::member_id>& id) const noexcept;

private:
  std::deque<life> lives_; ///< by number
  raft::configuration founders_;
};

} // namespace hamok::sim
