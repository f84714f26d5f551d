#include "hamok/collections/digest_state.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace hamok {

namespace {

// MurmurHash3 (x64, 128 bits; Austin Appleby, public domain): fast, well mixed, and pinned by a
// test, because a digest is compared between members of different builds.
constexpr std::uint64_t c1 = 0x87c37b91114253d5U;
constexpr std::uint64_t c2 = 0x4cf5ad432745937fU;

constexpr std::uint64_t finish(std::uint64_t k) noexcept {
  k ^= k >> 33;
  k *= 0xff51afd7ed558ccdU;
  k ^= k >> 33;
  k *= 0xc4ceb9fe1a85ec53U;
  k ^= k >> 33;
  return k;
}

constexpr std::uint64_t mix_low(std::uint64_t k) noexcept {
  return std::rotl(k * c1, 31) * c2;
}

constexpr std::uint64_t mix_high(std::uint64_t k) noexcept {
  return std::rotl(k * c2, 33) * c1;
}

/// Up to eight bytes as a little-endian number.
std::uint64_t load(const std::byte* data, std::size_t count) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    std::uint64_t value = 0;
    std::memcpy(&value, data, count);
    return value;
  } else {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
      value |= static_cast<std::uint64_t>(data[i]) << (8 * i);
    return value;
  }
}

} // namespace

digest128 hash_bytes(std::span<const std::byte> bytes, std::uint64_t seed) noexcept {
  std::uint64_t h1 = seed;
  std::uint64_t h2 = seed;
  const auto* data = bytes.data();
  auto left = bytes.size();
  for (; left >= 16; left -= 16, data += 16) {
    h1 ^= mix_low(load(data, 8));
    h1 = (std::rotl(h1, 27) + h2) * 5 + 0x52dce729;
    h2 ^= mix_high(load(data + 8, 8));
    h2 = (std::rotl(h2, 31) + h1) * 5 + 0x38495ab5;
  }
  if (left > 8)
    h2 ^= mix_high(load(data + 8, left - 8));
  if (left > 0)
    h1 ^= mix_low(load(data, left < 8 ? left : 8));
  h1 ^= bytes.size();
  h2 ^= bytes.size();
  h1 += h2;
  h2 += h1;
  h1 = finish(h1);
  h2 = finish(h2);
  h1 += h2;
  h2 += h1;
  return {h1, h2};
}

digest128 hash_pair(std::span<const std::byte> first, std::span<const std::byte> second) noexcept {
  const auto outer = hash_bytes(first);
  return hash_bytes(second, finish(outer.high ^ std::rotl(outer.low, 32)));
}

std::uint64_t hash_key(std::span<const std::byte> bytes) noexcept {
  return hash_bytes(bytes).high;
}

blob to_blob(const digest128& value) {
  std::array<std::byte, 16> bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::byte>(value.high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<std::byte>(value.low >> (56 - 8 * i));
  }
  return blob{bytes};
}

} // namespace hamok
