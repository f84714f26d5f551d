#include "hamok/raft/checksum.hpp"

#include <array>

namespace hamok::raft {

namespace {

constexpr std::uint32_t polynomial = 0x82F63B78; // bits reversed
constexpr std::size_t lanes = 8;

using table = std::array<std::array<std::uint32_t, 256>, lanes>;

/// `tables[n][b]`: what the byte `b` does to the remainder when `n` zero bytes follow it. So eight
/// bytes take eight lookups that do not wait for each other.
constexpr table make_tables() {
  table result{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    auto value = byte;
    for (int bit = 0; bit < 8; ++bit)
      value = (value >> 1) ^ ((value & 1) != 0 ? polynomial : 0);
    result[0][byte] = value;
  }
  for (std::size_t lane = 1; lane < lanes; ++lane)
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const auto before = result[lane - 1][byte];
      result[lane][byte] = (before >> 8) ^ result[0][before & 0xFF];
    }
  return result;
}

constexpr table tables = make_tables();

constexpr std::uint32_t number(std::byte value) {
  return std::to_integer<std::uint32_t>(value);
}

std::uint32_t word(const std::byte* data) {
  return number(data[0]) | number(data[1]) << 8 | number(data[2]) << 16 | number(data[3]) << 24;
}

} // namespace

void checksum::add(std::span<const std::byte> data) noexcept {
  auto state = state_;
  for (; data.size() >= lanes; data = data.subspan(lanes)) {
    const auto low = word(data.data()) ^ state;
    const auto high = word(data.data() + 4);
    state = tables[7][low & 0xFF] ^ tables[6][low >> 8 & 0xFF] ^ tables[5][low >> 16 & 0xFF]
            ^ tables[4][low >> 24] ^ tables[3][high & 0xFF] ^ tables[2][high >> 8 & 0xFF]
            ^ tables[1][high >> 16 & 0xFF] ^ tables[0][high >> 24];
  }
  for (const auto byte : data)
    state = (state >> 8) ^ tables[0][(state ^ number(byte)) & 0xFF];
  state_ = state;
}

std::uint32_t checksum_of(std::span<const std::byte> data) noexcept {
  checksum result;
  result.add(data);
  return result.value();
}

} // namespace hamok::raft
