#pragma once

// What the checks remember of a log: term and chain hash of each entry, and the configurations.
// Comparing two logs up to an index is comparing two numbers.

#include "hamok/raft/codec.hpp"
#include "hamok/raft/types.hpp"
#include "hamok/tests/sim/hashing.hpp"

#include <cstdint>
#include <memory>
#include <utility>
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

  /// A configuration and the index of its entry; index 0 stands for that of the founders.
  struct held_configuration {
    raft::index_t index = 0;
    std::shared_ptr<const raft::configuration> members;
  };

  /// The configurations in this log, in its order.
  [[nodiscard]] const std::vector<held_configuration>& configurations() const noexcept {
    return configurations_;
  }
  /// The last of them up to `index`.
  [[nodiscard]] held_configuration configuration_at(raft::index_t index) const noexcept {
    for (auto held = configurations_.rbegin(); held != configurations_.rend(); ++held)
      if (held->index <= index)
        return *held;
    return {};
  }

  void append(const raft::entry& value) {
    items_.push_back({value.term, chain(chain_at(last_index()), value), value.cluster_time});
    if (value.kind == raft::entry_kind::configuration)
      if (auto members = raft::read_configuration(value.data))
        configurations_.push_back(
            {last_index(), std::make_shared<const raft::configuration>(std::move(*members))});
  }

  /// Drops `first` and everything behind it.
  void truncate_from(raft::index_t first) {
    if (first >= 1 && first <= items_.size())
      items_.resize(first - 1);
    while (!configurations_.empty() && configurations_.back().index > last_index())
      configurations_.pop_back();
  }

private:
  std::vector<item> items_;
  std::vector<held_configuration> configurations_;
};

} // namespace hamok::sim
