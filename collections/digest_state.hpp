#pragma once

// A 128-bit fingerprint of content: what members compare to see that they hold the same.

#include "hamok/raft/bytes.hpp"

#include <cstdint>
#include <span>

namespace hamok {

/// A sum of 128-bit hashes. Adding and removing items commutes, so it can be maintained item by
/// item and does not depend on the order in which content came about.
///
/// It tells honest members apart that have diverged; it is no defence against forgery.
struct digest128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  digest128& operator+=(const digest128& other) noexcept {
    low += other.low;
    high += other.high + (low < other.low ? 1U : 0U);
    return *this;
  }
  digest128& operator-=(const digest128& other) noexcept {
    high -= other.high + (low < other.low ? 1U : 0U);
    low -= other.low;
    return *this;
  }
  friend bool operator==(const digest128&, const digest128&) = default;
};

/// Hash of `bytes`: the same on every machine and in every version. `seed` tells apart items of
/// different meaning that have the same bytes.
[[nodiscard]] digest128 hash_bytes(std::span<const std::byte> bytes,
                                   std::uint64_t seed = 0) noexcept;

/// Hash of a pair; (a, bc) and (ab, c) differ.
[[nodiscard]] digest128 hash_pair(std::span<const std::byte> first,
                                  std::span<const std::byte> second) noexcept;

/// 64 bits for hash tables, the same on every machine.
[[nodiscard]] std::uint64_t hash_key(std::span<const std::byte> bytes) noexcept;

/// The 16 bytes of `value`, most significant first.
[[nodiscard]] blob to_blob(const digest128& value);

} // namespace hamok
