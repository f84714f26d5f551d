#pragma once

// The log of one member, from the entry behind its snapshot to its end.

#include "hamok/raft/types.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

namespace hamok::raft {

/// What an entry takes in memory besides its payload, more or less.
inline constexpr std::size_t entry_overhead = 64;

/// What an entry counts for in the memory of a log.
[[nodiscard]] inline std::size_t footprint(const entry& value) noexcept {
  return value.data.size() + entry_overhead;
}

/// The entries behind `base()`, without gaps. Indices outside of it are the caller's mistake where
/// a function says "must"; they are answered with nothing elsewhere.
class log {
public:
  log() = default;
  log(snapshot_meta base, std::vector<entry> entries);

  [[nodiscard]] const snapshot_meta& base() const noexcept { return base_; }
  /// Index of the first entry held, whether or not there is one.
  [[nodiscard]] index_t first_index() const noexcept { return base_.index + 1; }
  [[nodiscard]] index_t last_index() const noexcept { return base_.index + entries_.size(); }
  [[nodiscard]] term_t last_term() const noexcept;
  [[nodiscard]] duration last_cluster_time() const noexcept;
  /// Memory that the entries take, more or less: each payload, and `entry_overhead` for the rest.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  /// Term of the entry at `index`; none when it is behind the end or compacted away.
  [[nodiscard]] std::optional<term_t> term_at(index_t index) const noexcept;
  /// The entry at `index`, which must be held.
  [[nodiscard]] const entry& at(index_t index) const;

  /// First index of the run of entries that have the same term as the one at `index`, which must
  /// be held.
  [[nodiscard]] index_t first_of_term(index_t index) const;
  /// Last index at or before `index` whose term is at most `term`; the base's index if none.
  [[nodiscard]] index_t last_of_term(term_t term, index_t index) const;

  void append(entry value);
  /// Drops `first` and everything behind it.
  void truncate_from(index_t first);
  /// Drops the entry at `base.index`, which must be held, and all before it: `base` says what they
  /// have led to.
  void compact_to(snapshot_meta base);
  /// Drops everything: the log goes on behind `base`.
  void reset(snapshot_meta base);
  /// Copies of up to `count` entries from `first` on (payloads are shared).
  [[nodiscard]] std::vector<entry> copy(index_t first, std::size_t count) const;

private:
  snapshot_meta base_;
  std::deque<entry> entries_;
  std::size_t bytes_ = 0;
};

} // namespace hamok::raft
