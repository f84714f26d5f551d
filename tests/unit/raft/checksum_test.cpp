// CRC-32C, against values that others have published and against a slow version of itself.

#include "hamok/raft/checksum.hpp"
#include "hamok/raft/random.hpp"
#include "hamok/tests/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

using namespace hamok::raft;

namespace {

std::uint32_t of(std::string_view text) {
  return checksum_of(std::as_bytes(std::span{text.data(), text.size()}));
}

std::vector<std::byte> filled(std::size_t size, unsigned value) {
  return std::vector<std::byte>(size, static_cast<std::byte>(value));
}

/// Bit by bit, as the polynomial says.
std::uint32_t slowly(std::span<const std::byte> data) {
  auto state = ~std::uint32_t{0};
  for (const auto byte : data) {
    state ^= std::to_integer<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit)
      state = (state >> 1) ^ ((state & 1) != 0 ? 0x82F63B78U : 0U);
  }
  return ~state;
}

std::vector<std::byte> random_bytes(random_source& random, std::size_t size) {
  std::vector<std::byte> result(size);
  for (auto& value : result)
    value = static_cast<std::byte>(random.next() & 0xFF);
  return result;
}

} // namespace

TEST_CASE("the checksum has the known values of CRC-32C") {
  CHECK(of("") == 0);
  CHECK(of("a") == 0xC1D04330);
  CHECK(of("123456789") == 0xE3069283);
  // RFC 3720, B.4
  CHECK(checksum_of(filled(32, 0x00)) == 0x8A9136AA);
  CHECK(checksum_of(filled(32, 0xFF)) == 0x62A8AB43);
  auto rising = filled(32, 0);
  for (std::size_t i = 0; i < rising.size(); ++i)
    rising[i] = static_cast<std::byte>(i);
  CHECK(checksum_of(rising) == 0x46DD794E);
  std::ranges::reverse(rising);
  CHECK(checksum_of(rising) == 0x113FDB5C);
}

TEST_CASE("the checksum of any bytes is that of the plain definition") {
  random_source random{7};
  for (std::size_t size = 0; size < 70; ++size) {
    const auto data = random_bytes(random, size);
    CHECK(checksum_of(data) == slowly(data));
  }
}

TEST_CASE("bytes in pieces have the checksum of the whole, wherever they are divided") {
  random_source random{8};
  const auto data = random_bytes(random, 4099);
  for (int round = 0; round < 50; ++round) {
    checksum sum;
    for (std::span rest{data}; !rest.empty();) {
      const auto piece = std::min<std::size_t>(rest.size(), random.next() % 700);
      sum.add(rest.first(piece));
      rest = rest.subspan(piece);
    }
    CHECK(sum.value() == checksum_of(data));
  }
}

TEST_CASE("every single bit counts for the checksum") {
  random_source random{9};
  auto data = random_bytes(random, 100);
  const auto right = checksum_of(data);
  for (std::size_t bit = 0; bit < 8 * data.size(); ++bit) {
    data[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    CHECK(checksum_of(data) != right);
    data[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
  }
}
