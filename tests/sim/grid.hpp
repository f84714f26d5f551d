#pragma once

// Something for each pair of lives, from one to the other. It grows with the lives.

#include <cstddef>
#include <deque>

namespace hamok::sim {

template <class T>
class grid {
public:
  /// A reference stays valid when the grid grows.
  [[nodiscard]] T& at(std::size_t from, std::size_t to) {
    if (rows_.size() <= from)
      rows_.resize(from + 1);
    auto& row = rows_[from];
    if (row.size() <= to)
      row.resize(to + 1);
    return row[to];
  }

private:
  std::deque<std::deque<T>> rows_;
};

} // namespace hamok::sim
