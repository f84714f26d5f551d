#pragma once

// What is known of a snapshot on its way from one member to another (paper, 7; thesis, 5). The
// bytes are never here: the core says which of them go when, and the shell has them.

#include "hamok/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace hamok::raft {

/// A cut that can be sent to members.
struct offered_snapshot {
  snapshot_id id;
  snapshot_meta meta;
};

/// A snapshot that is coming in, or is all there and being installed.
struct snapshot_receipt {
  snapshot_id id;
  snapshot_meta meta;
  std::uint64_t received = 0; ///< from the first byte on, without a gap
  bool installing = false;
};

/// One chunk: where it begins and how long it is.
struct chunk_span {
  std::uint64_t offset = 0;
  std::size_t size = 0;
};

/// How far one member is with one snapshot, as its sender knows.
///
/// Chunks follow each other without waiting, within a window. What was lost of them is found when
/// one comes that lies behind it; at the end, and when that gets lost too, by the probe that goes
/// with each heartbeat: links keep the order, so whoever answers a probe has seen all that was sent
/// before it, or never will. A slow link that loses nothing is never sent a chunk twice.
class snapshot_progress {
public:
  explicit snapshot_progress(const snapshot_id& id) : id_(id) {}

  [[nodiscard]] const snapshot_id& id() const noexcept { return id_; }
  /// Bytes that the member is known to have.
  [[nodiscard]] std::uint64_t acked() const noexcept { return acked_; }
  /// Where the next chunk begins.
  [[nodiscard]] std::uint64_t next() const noexcept { return next_; }

  /// The next chunk, of `max_chunk` bytes at the most, unless all are on their way or
  /// `max_inflight` bytes are without an answer. It counts as sent.
  std::optional<chunk_span> take(std::size_t max_chunk, std::size_t max_inflight) noexcept;
  /// A probe of round `round` is sent now.
  void probed(std::uint64_t round) noexcept;
  /// The member has said, in answer to a request of `round`, that it has `received` bytes; with
  /// `gap`, that what comes behind them got lost. True: it had all of it and has not any more,
  /// since it could not install it.
  bool answered(std::uint64_t round, std::uint64_t received, bool gap = false) noexcept;
  /// The member has installed one, this or an earlier one: that it lacks this one is no failure.
  void installed() noexcept { complete_ = false; }

private:
  struct probe_mark {
    std::uint64_t round = 0;
    std::uint64_t end = 0; ///< what had been sent before it
  };

  snapshot_id id_;
  std::uint64_t acked_ = 0;
  std::uint64_t next_ = 0;
  bool complete_ = false;           ///< it has said that it has all of it
  std::optional<probe_mark> probe_; ///< the oldest without an answer
  /// Where it was last begun again for a gap. Each chunk behind one tells of it.
  std::optional<std::uint64_t> gap_at_;
};

} // namespace hamok::raft
