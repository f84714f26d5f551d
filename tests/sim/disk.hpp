#pragma once

// A member's storage: writes finish in order, after a while, and a crash loses those that have not.

#include "hamok/raft/event.hpp"
#include "hamok/tests/sim/views.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

namespace hamok::sim {

class world;

class disk {
public:
  disk(world& all, std::size_t who);

  /// All that was there is gone; what comes begins behind `base`.
  void begin_anew(const raft::snapshot_meta& base);

  /// Starts a write. Its owner is told by `member::write_done` when it survives a crash.
  void write(const raft::persist_request& request);

  /// The machine dies: what is not synced is lost, unless luck has it that the first few writes had
  /// reached the disk already.
  void crash();

  /// Only the process' part above storage dies: all that was written is finished.
  void finish_all();

  /// A snapshot survives a crash from now on. A start begins from it as soon as the log up to there
  /// survives one as well.
  void save(raft::index_t index, blob bytes);
  /// A snapshot that is being installed: a start begins from it with the write of its base.
  void store(raft::index_t index, blob bytes);
  /// What a start begins from; index 0: from nothing.
  [[nodiscard]] std::pair<raft::index_t, blob> snapshot() const;

  /// The log begins behind an installed snapshot, all else of it is gone.
  void replace(const raft::snapshot_meta& base);

  /// What a start finds.
  [[nodiscard]] raft::initial_state load() const;

  [[nodiscard]] bool idle() const noexcept { return pending_.empty(); }

private:
  void plan_next();
  void finish(std::size_t writes);
  void apply(const raft::persist_request& request);
  void rebase(const raft::persist_request& request);
  [[nodiscard]] raft::index_t last_index() const noexcept;
  [[nodiscard]] raft::index_t current() const;

  world& all_;
  std::size_t who_;
  raft::hard_state hard_;
  raft::snapshot_meta base_;
  std::vector<raft::entry> entries_; ///< synced, behind the base
  struct stored_snapshot {
    blob bytes;
    bool saved = false; ///< and not only to be installed
  };
  std::map<raft::index_t, stored_snapshot> snapshots_;
  std::deque<raft::persist_request> pending_;
  std::uint64_t life_ = 0; ///< of what is planned
  bool busy_ = false;
};

} // namespace hamok::sim
