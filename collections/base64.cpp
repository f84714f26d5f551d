#include "hamok/collections/base64.hpp"

#include <array>
#include <cstdint>

namespace hamok::detail {

namespace {

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t no_digit = 0xFF;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> result{};
  result.fill(no_digit);
  for (std::size_t i = 0; i < digits.size(); ++i)
    result[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
  return result;
}

constexpr auto values = make_values();

} // namespace

std::string to_base64(std::string_view bytes) {
  std::string result;
  result.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto group = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = (bits << 8U) | (k < group.size() ? static_cast<unsigned char>(group[k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      result += k <= group.size() ? digits[(bits >> (18 - 6 * k)) & 0x3FU] : '=';
  }
  return result;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0)
    return std::nullopt;
  std::string result;
  result.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    auto group = text.substr(i, 4);
    const auto last = i + 4 == text.size();
    while (last && group.size() > 2 && group.back() == '=')
      group.remove_suffix(1);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const auto value =
          k < group.size() ? values[static_cast<unsigned char>(group[k])] : std::uint8_t{0};
      if (value == no_digit)
        return std::nullopt;
      bits = (bits << 6U) | value;
    }
    const auto size = group.size() - 1;
    if ((bits & ((1U << (8 * (3 - size))) - 1U)) != 0) // bits that belong to no byte
      return std::nullopt;
    for (std::size_t k = 0; k < size; ++k)
      result += static_cast<char>((bits >> (16 - 8 * k)) & 0xFFU);
  }
  return result;
}

} // namespace hamok::detail
