#pragma once

// The bytes of a snapshot, in the pieces in which they were written or have come.

#include "hamok/raft/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace hamok {

/// Bytes in pieces. Thread safety: none.
class snapshot_pieces {
public:
  snapshot_pieces() = default;
  explicit snapshot_pieces(std::vector<blob> pieces);

  void add(blob piece);

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// `count` bytes from `offset` on; empty when not all of them are there. Shares the storage of a
  /// piece that has them all.
  [[nodiscard]] blob slice(std::uint64_t offset, std::size_t count) const;
  /// All pieces, which are not here any more then.
  [[nodiscard]] std::vector<blob> take();

private:
  std::vector<blob> pieces_;
  std::vector<std::uint64_t> begins_; ///< where each of them begins
  std::uint64_t size_ = 0;
};

} // namespace hamok
