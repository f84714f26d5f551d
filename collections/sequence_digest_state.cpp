#include "hamok/collections/sequence_digest_state.hpp"

#include "hamok/raft/codec.hpp"

#include <vector>

namespace hamok {

namespace {

/// A Mersenne prime: the field in which every base has an inverse, and a product is reduced by
/// shifts.
constexpr std::uint64_t prime = (std::uint64_t{1} << 61) - 1;

constexpr std::uint64_t reduce(std::uint64_t x) noexcept {
  x = (x & prime) + (x >> 61);
  return x >= prime ? x - prime : x;
}

/// Both below the prime. In halves of 31 and 30 bits, because no product may leave 64 bits.
constexpr std::uint64_t multiply(std::uint64_t a, std::uint64_t b) noexcept {
  constexpr std::uint64_t low31 = (std::uint64_t{1} << 31) - 1;
  constexpr std::uint64_t low30 = (std::uint64_t{1} << 30) - 1;
  const auto middle = (a >> 31) * (b & low31) + (a & low31) * (b >> 31);
  return reduce((a >> 31) * (b >> 31) * 2 + (middle >> 30) + ((middle & low30) << 31)
                + (a & low31) * (b & low31));
}

constexpr std::uint64_t subtract(std::uint64_t a, std::uint64_t b) noexcept {
  return a >= b ? a - b : a + prime - b;
}

/// Fermat: the inverse is the power by two less than the prime.
constexpr std::uint64_t invert(std::uint64_t base) noexcept {
  std::uint64_t result = 1;
  for (auto exponent = prime - 2; exponent != 0; exponent >>= 1U) {
    if ((exponent & 1U) != 0)
      result = multiply(result, base);
    base = multiply(base, base);
  }
  return result;
}

// Any would do; these are in the digests of all members, and are never changed.
constexpr std::array<std::uint64_t, 2> bases{0x1dbe3ca91c4f0f65U, 0x09e6f08d4a7c15a3U};
constexpr std::array<std::uint64_t, 2> inverses{invert(bases[0]), invert(bases[1])};
static_assert(multiply(bases[0], inverses[0]) == 1 && multiply(bases[1], inverses[1]) == 1);
static_assert(bases[0] < prime && bases[1] < prime);

std::array<std::uint64_t, 2> coefficients(std::span<const std::byte> item) noexcept {
  const auto hash = hash_bytes(item);
  return {reduce(hash.high), reduce(hash.low)};
}

} // namespace

void sequence_digest::push_back(std::span<const std::byte> item) noexcept {
  const auto hash = coefficients(item);
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    sums_[i] = reduce(multiply(sums_[i], bases[i]) + hash[i]);
    powers_[i] = multiply(powers_[i], bases[i]);
  }
  ++size_;
}

void sequence_digest::pop_front(std::span<const std::byte> item) noexcept {
  const auto hash = coefficients(item);
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    powers_[i] = multiply(powers_[i], inverses[i]);
    sums_[i] = subtract(sums_[i], multiply(hash[i], powers_[i]));
  }
  --size_;
}

digest128 sequence_digest::value() const {
  if (size_ == 0)
    return {};
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  for (const auto sum : sums_)
    out.u64(sum);
  return hash_bytes(bytes, size_);
}

} // namespace hamok
