#pragma once

// CRC-32C (Castagnoli): what snapshots and their chunks are checked by.

#include <cstddef>
#include <cstdint>
#include <span>

namespace hamok::raft {

/// The checksum of bytes that come in pieces: equal for equal bytes, however they are divided.
class checksum {
public:
  void add(std::span<const std::byte> data) noexcept;
  /// Of everything that was added so far; 0 of nothing.
  [[nodiscard]] std::uint32_t value() const noexcept { return ~state_; }

private:
  std::uint32_t state_ = ~std::uint32_t{0};
};

/// The checksum of `data` alone.
[[nodiscard]] std::uint32_t checksum_of(std::span<const std::byte> data) noexcept;

} // namespace hamok::raft
