#pragma once

// A command, or new content, that comes in parts.

#include "hamok/collections/digest_state.hpp"
#include "hamok/collections/sharing_queue_state.hpp"
#include "hamok/raft/codec.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace hamok {

/// What has come of it so far. Its digest grows with it, block by block, wherever it was cut.
/// Copies share the blocks, so that they cost little whatever is under way.
class command_parts {
public:
  [[nodiscard]] std::size_t size() const noexcept { return blocks_.size() * block + rest_.size(); }
  void append(std::span<const std::byte> fresh);
  /// Gives the bytes away; nothing is left.
  [[nodiscard]] std::vector<std::byte> take();
  /// The same, in pieces.
  [[nodiscard]] std::vector<blob> take_pieces();
  void write(raft::writer& out) const;
  [[nodiscard]] digest128 digest() const;

private:
  static constexpr std::size_t block = std::size_t{64} << 10;

  sharing_queue<blob> blocks_;
  std::vector<std::byte> rest_; ///< less than a block
  digest128 whole_blocks_;
};

} // namespace hamok
