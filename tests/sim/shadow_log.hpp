#pragma once

// What the checks remember of a log: term and chain hash of each entry. Comparing two logs up to an
// index is comparing two numbers.

#include "hamok/raft/types.hpp"
#include "hamok/tests/sim/hashing.hpp"

#include <cstdint>
#include <vector>

namespace hamok::sim {

class shadow_log {
public:
  struct item {
    raft::term_t term = 0;
    std::uint64_t chain = 0;
    raft::duration cluster_time{0};
  };

  [[nodiscard]] raft::index_t last_index() const noexcept { return items_.size(); }
  [[nodiscard]] bool holds(raft::index_t index) const noexcept { return index <= items_.size(); }

  /// Term of the entry at `index`, 0 for index 0. `index` must be held.
  [[nodiscard]] raft::term_t term_at(raft::index_t index) const noexcept { return get(index).term; }
  [[nodiscard]] raft::term_t last_term() const noexcept { return get(last_index()).term; }
  [[nodiscard]] std::uint64_t chain_at(raft::index_t index) const noexcept {
    return get(index).chain;
  }
  [[nodiscard]] item get(raft::index_t index) const noexcept {
    return index == 0 || !holds(index) ? item{} : items_[index - 1];
  }

  /// Whether both hold `index`, and the same entries up to it.
  [[nodiscard]] bool agrees(const shadow_log& other, raft::index_t index) const noexcept {
    return holds(index) && other.holds(index) && chain_at(index) == other.chain_at(index);
  }

  void append(const raft::entry& value) {
    items_.push_back({value.term, chain(chain_at(last_index()), value), value.cluster_time});
  }

  /// Drops `first` and everything behind it.
  void truncate_from(raft::index_t first) {
    if (first >= 1 && first <= items_.size())
      items_.resize(first - 1);
  }

private:
  std::vector<item> items_;
};

} // namespace hamok::sim
