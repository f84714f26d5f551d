#pragma once

// The configurations in one log, and which of them is in force where (thesis, 4.1).

#include "hamok/raft/types.hpp"

#include <cstddef>
#include <vector>

namespace hamok::raft {

/// Whether a cluster can be run with it: at least one voter, nobody twice, no two lives of one name
/// in one list, nobody in it who is retired, and everything within the limits. A learner may have
/// the name of a voter: it is to take that one's place.
[[nodiscard]] bool valid(const configuration& value);

/// How many take part, or will: a learner that is to take a voter's place needs none of its own.
[[nodiscard]] std::size_t seats(const configuration& value);

/// Whether this life is in the list of the removed ones.
[[nodiscard]] bool is_retired(const configuration& members, const member_id& id) noexcept;

/// Whether a core can start from it: every configuration can be read, and the terms are in order. A
/// base without voters is that of a member that has not been told yet who takes part.
[[nodiscard]] bool sound(const initial_state& state);

/// The configuration at the base of a log and those in its entries. "A server always uses the
/// latest configuration in its log, regardless of whether the entry is committed" (thesis, 4.1).
class membership {
public:
  membership(index_t base, configuration at_base);

  /// The one in force, and the index of its entry.
  [[nodiscard]] const configuration& latest() const noexcept { return held_.back().members; }
  [[nodiscard]] index_t latest_index() const noexcept { return held_.back().index; }
  /// The one that is in force when `index` is the end of the log. `index` must not be before the
  /// base.
  [[nodiscard]] const configuration& at(index_t index) const noexcept {
    return held_[position(index)].members;
  }
  /// The index of that one's entry.
  [[nodiscard]] index_t index_at(index_t index) const noexcept {
    return held_[position(index)].index;
  }
  /// Whether any of them names this life as voter or learner.
  [[nodiscard]] bool names(const member_id& id) const noexcept;
  /// Whether the one in force at `index`, or any before it, names this life.
  [[nodiscard]] bool named_until(index_t index, const member_id& id) const noexcept;
  /// Every life that one of them names.
  [[nodiscard]] std::vector<member_id> all() const;

  /// An entry at `index`, behind all others, holds `members`.
  void append(index_t index, configuration members);
  /// `first` and all entries behind it are dropped. True when another one is in force now.
  bool truncate_from(index_t first);
  /// The log begins behind `base` now: older ones are forgotten, but for the one in force there.
  void compact(index_t base);

private:
  struct logged_configuration {
    index_t index;
    configuration members;
  };

  [[nodiscard]] std::size_t position(index_t index) const noexcept;

  std::vector<logged_configuration> held_; ///< never empty
};

} // namespace hamok::raft
