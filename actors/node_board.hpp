#pragma once

// Where a node actor writes what it knows, for readers on other threads that do not want to ask.

#include "hamok/actors/interfaces/messages.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace hamok {

/// Counters of one node since it was spawned.
struct node_stats {
  std::uint64_t role_changes = 0;
  std::uint64_t leader_changes = 0;
  std::uint64_t links_opened = 0;
  std::uint64_t links_lost = 0;
  std::uint64_t errors = 0;
  std::uint64_t batches_forwarded = 0; ///< proposals that went to the leader over a link
  std::uint64_t batches_refused = 0;   ///< proposals that nobody could append

  friend bool operator==(const node_stats&, const node_stats&) = default;
};

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
