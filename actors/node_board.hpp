#pragma once

// Where a node actor writes what it knows, for readers on other threads that do not want to ask.

#include "hamok/actors/interfaces/messages.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace hamok {

/// What a node knew when it last wrote.
struct node_notes {
  bool running = false;
  role_view view; ///< without members
  raft::index_t applied_index = 0;
  std::string listening;
  std::vector<std::string> remote_peers; ///< members besides this one
  node_stats stats;
};

/// Thread safety: all functions from any thread.
class node_board {
public:
  [[nodiscard]] node_notes get() const {
    const std::lock_guard guard{mutex_};
    return notes_;
  }

  /// Lets `change(node_notes&)` write.
  template <class F>
  void write(F change) {
    const std::lock_guard guard{mutex_};
    change(notes_);
  }

private:
  mutable std::mutex mutex_;
  node_notes notes_;
};

} // namespace hamok
