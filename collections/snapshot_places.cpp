#include "hamok/collections/snapshot_places.hpp"

#include "hamok/collections/base64.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace hamok::detail {

namespace {

/// Longest name of a field that is repeated in an error.
constexpr std::size_t max_shown = 64;

/// One character of UTF-8 at the front of `text`, in bytes; 0: it is none (RFC 3629).
std::size_t character_size(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto first = at(0);
  if (first < 0x80)
    return 1;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size)
    return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((at(i) & 0xC0U) != 0x80U)
      return 0;
  // No second form of a shorter one, no surrogates, nothing beyond the last plane.
  const auto second = at(1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)
      || (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F))
    return 0;
  return size;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto size = character_size(text);
    if (size == 0)
      return false;
    text.remove_prefix(size);
  }
  return true;
}

} // namespace

nlohmann::json json_of(std::string_view bytes, bytes_as form) {
  if (form == bytes_as::binary)
    return nlohmann::json::binary({bytes.begin(), bytes.end()});
  if (is_utf8(bytes))
    return bytes;
  return {{"base64", to_base64(bytes)}};
}

void place_reader::fail(const std::string& place, const std::string& text) {
  if (problem_.empty())
    problem_ = place.empty() ? text : place + ": " + text;
}

bool place_reader::object(const nlohmann::json& value, const std::string& place,
                          std::initializer_list<std::string_view> fields) {
  if (!ok())
    return false;
  if (!value.is_object()) {
    fail(place, "it is not an object");
    return false;
  }
  for (const auto& item : value.items())
    if (std::find(fields.begin(), fields.end(), item.key()) == fields.end())
      fail(place_in(place, std::string_view{item.key()}.substr(0, max_shown)),
           "there is no such field");
  return ok();
}

bool place_reader::array(const nlohmann::json& value, const std::string& place) {
  if (ok() && !value.is_array())
    fail(place, "it is not a list");
  return ok();
}

const nlohmann::json* place_reader::field(const nlohmann::json& object, const std::string& place,
                                          std::string_view name) {
  if (!ok())
    return nullptr;
  const auto found = object.find(std::string{name});
  if (found != object.end())
    return &*found;
  fail(place_in(place, name), "it is missing");
  return nullptr;
}

std::string place_reader::bytes(const nlohmann::json& value, const std::string& place) {
  if (!ok())
    return {};
  if (value.is_string())
    return value.get<std::string>();
  if (value.is_binary()) {
    const auto& binary = value.get_binary();
    return {binary.begin(), binary.end()};
  }
  if (!value.is_object() || value.size() != 1 || !value.contains("base64")) {
    fail(place, R"(it is neither a text nor {"base64": ...})");
    return {};
  }
  const auto& text = value.at("base64");
  auto result = text.is_string() ? from_base64(text.get_ref<const std::string&>()) : std::nullopt;
  if (!result) {
    fail(place, "it is not base64");
    return {};
  }
  return std::move(*result);
}

std::uint64_t place_reader::number(const nlohmann::json& value, const std::string& place) {
  if (!ok())
    return 0;
  if (value.is_number_unsigned())
    return value.get<std::uint64_t>();
  fail(place, "it is not a whole number from 0 on");
  return 0;
}

bool place_reader::flag(const nlohmann::json& value, const std::string& place) {
  if (ok() && !value.is_boolean())
    fail(place, "it is neither true nor false");
  return ok() && value.get<bool>();
}

std::string place_in(const std::string& place, std::string_view field) {
  return place.empty() ? std::string{field} : place + "." + std::string{field};
}

std::string place_in(const std::string& place, std::size_t index) {
  return place + "[" + std::to_string(index) + "]";
}

} // namespace hamok::detail
