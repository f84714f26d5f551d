#pragma once

// Keys and values as JSON text, for data that other programs are to read.

#include "hamok/collections/codec.hpp"

#include <caf/json_reader.hpp>
#include <caf/json_writer.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace hamok {

namespace detail {

inline bool append_text(std::string_view text, std::vector<std::byte>& out) {
  const auto bytes = std::as_bytes(std::span{text.data(), text.size()});
  out.insert(out.end(), bytes.begin(), bytes.end());
  return true;
}

inline std::string_view as_text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Deeper nesting than any sensible value has is refused before a parser recurses into it.
inline bool too_deep(std::string_view text) noexcept {
  constexpr int max_depth = 128;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = text[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > max_depth)
        return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

/// Drops the names of types, which are CAF's business and not part of the value.
inline void drop_type_names(nlohmann::ordered_json& value) {
  if (value.is_object())
    value.erase("@type");
  if (value.is_structured())
    for (auto& item : value)
      drop_type_names(item);
}

/// CAF's own (0.18.7) appends to the text that a value has already.
class fresh_json_reader final : public caf::json_reader {
public:
  using caf::json_reader::value;

  bool value(std::string& x) override {
    x.clear();
    return caf::json_reader::value(x);
  }
};

} // namespace detail

/// A codec that writes JSON: objects of `nlohmann::json`, numbers, bools and text directly, other
/// types by way of their `inspect`. One value has one text, without white space, fields in the
/// order of `inspect`, or sorted for `nlohmann::json`.
template <class T>
struct json_codec {
  static bool encode(const T& value, std::vector<std::byte>& out) {
    if constexpr (is_plain) {
      return detail::append_text(nlohmann::json(value).dump(), out);
    } else {
      caf::json_writer writer;
      if (!writer.apply(value))
        return false;
      // Some releases of CAF name types and some do not, or lay text out in other ways.
      const auto text = writer.str();
      auto tree = nlohmann::ordered_json::parse(text.begin(), text.end(), nullptr, false);
      if (tree.is_discarded())
        return false;
      detail::drop_type_names(tree);
      return detail::append_text(tree.dump(), out);
    }
  }

  static bool decode(std::span<const std::byte> bytes, T& out) {
    const auto text = detail::as_text(bytes);
    if (detail::too_deep(text))
      return false;
    if constexpr (is_plain) {
      auto parsed = nlohmann::json::parse(text, nullptr, false);
      if (parsed.is_discarded())
        return false;
      return take(std::move(parsed), out);
    } else {
      detail::fresh_json_reader reader;
      return reader.load({text.data(), text.size()}) && reader.apply(out);
    }
  }

private:
  static constexpr bool is_plain =
      std::is_same_v<T,
                     nlohmann::json> || std::is_arithmetic_v<T> || std::is_same_v<T, std::string>;

  /// nlohmann's conversions cut numbers off; here they must fit.
  static bool take(nlohmann::json&& parsed, T& out) {
    if constexpr (std::is_same_v<T, nlohmann::json>) {
      out = std::move(parsed);
      return true;
    } else if constexpr (std::is_same_v<T, bool>) {
      return parsed.is_boolean() && (out = parsed.get<bool>(), true);
    } else if constexpr (std::is_same_v<T, std::string>) {
      return parsed.is_string() && (out = parsed.get<std::string>(), true);
    } else if constexpr (std::is_floating_point_v<T>) {
      return parsed.is_number() && (out = parsed.get<T>(), true);
    } else {
      return take_integer(parsed, out);
    }
  }

  static bool take_integer(const nlohmann::json& parsed, T& out) {
    if (parsed.is_number_unsigned()) {
      const auto wide = parsed.get<std::uint64_t>();
      out = static_cast<T>(wide);
      return std::in_range<T>(wide);
    }
    if (!parsed.is_number_integer())
      return false;
    const auto wide = parsed.get<std::int64_t>();
    out = static_cast<T>(wide);
    return std::in_range<T>(wide);
  }
};

} // namespace hamok
