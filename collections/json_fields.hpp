#pragma once

// From the members of a JSON object to the entries of a record, and back.

#include "hamok/collections/json_codec.hpp"
#include "hamok/collections/record_fields.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hamok {

/// A field as JSON text: as the members of a `record<T, every_field<json_codec>>` are, too.
struct json_field {
  static bool encode(const nlohmann::json& value, std::vector<std::byte>& out) {
    return json_codec<nlohmann::json>::encode(value, out);
  }
  static bool decode(std::span<const std::byte> bytes, nlohmann::json& out) {
    return json_codec<nlohmann::json>::decode(bytes, out);
  }
};

/// A field as a `record<T>` writes a member of type `V`. JSON that does not fit a `V` is refused.
template <class V, class Codec = codec<V>>
struct json_field_as {
  static bool encode(const nlohmann::json& value, std::vector<std::byte>& out) {
    std::vector<std::byte> text;
    V typed{};
    return json_field::encode(value, text) && json_codec<V>::decode(text, typed)
           && Codec::encode(typed, out);
  }
  static bool decode(std::span<const std::byte> bytes, nlohmann::json& out) {
    std::vector<std::byte> text;
    V typed{};
    return Codec::decode(bytes, typed) && json_codec<V>::encode(typed, text)
           && json_field::decode(text, out);
  }
};

/// Every field as JSON text. An application that wants others has a type of its own with these two
/// functions, and gives it to `record<nlohmann::json, Its_type>`.
struct json_fields {
  static bool encode(std::string_view, const nlohmann::json& value, std::vector<std::byte>& out) {
    return json_field::encode(value, out);
  }
  static bool decode(std::string_view, std::span<const std::byte> bytes, nlohmann::json& out) {
    return json_field::decode(bytes, out);
  }
};

/// How a JSON object lies in a record: each of its members is an entry under its name.
template <class Codecs>
struct record_fields<nlohmann::json, Codecs> {
  using json = nlohmann::json;
  using instance_type = json;
  using part_type = json; ///< an object with those fields that were there

  static caf::expected<blob> encode_name(const std::string& field) {
    if (!is_text(field))
      return make_error(errc::bad_value, "the name of a field is text in UTF-8");
    return blob::from_string(field);
  }

  static caf::expected<blob> encode_field(const std::string& field, const json& value) {
    try {
      std::vector<std::byte> bytes;
      if (Codecs::encode(field, value, bytes))
        return blob::from_vector(std::move(bytes));
    } catch (...) {}
    return make_error(errc::bad_value, "the field '" + field + "' cannot be encoded");
  }

  static caf::expected<json> decode_field(const blob& field, const blob& bytes) {
    try {
      json result;
      if (Codecs::decode(field.text(), bytes.bytes(), result))
        return result;
    } catch (...) {}
    return make_error(errc::bad_value, "a field cannot be decoded");
  }

  /// All members of an object, or `bad_value`.
  static caf::expected<std::vector<key_value>> encode(const json& object) {
    if (!object.is_object())
      return make_error(errc::bad_value, "an instance of a JSON record is an object");
    std::vector<key_value> result;
    for (const auto& [field, value] : object.items()) {
      auto name = encode_name(field);
      if (!name)
        return std::move(name.error());
      auto bytes = encode_field(field, value);
      if (!bytes)
        return std::move(bytes.error());
      result.push_back({std::move(*name), std::move(*bytes)});
    }
    return result;
  }

  static caf::expected<json> decode(const std::vector<key_value>& entries) {
    auto result = json::object();
    for (const auto& entry : entries) {
      std::string field{entry.key.text()};
      auto value = decode_field(entry.key, entry.value);
      if (!value)
        return value;
      if (!is_text(field))
        return make_error(errc::bad_value, "the name of a field is no text");
      result.emplace(std::move(field), std::move(*value));
    }
    return result;
  }
  static caf::expected<json> decode_part(const std::vector<key_value>& entries) {
    return decode(entries);
  }

  /// Exactly these: what is not named is not asked for.
  static caf::expected<std::vector<expected_entry>> expect(const std::vector<key_value>& old) {
    std::vector<expected_entry> result;
    for (const auto& entry : old)
      result.push_back({entry.key, entry.value, expected_entry::kind::value});
    return result;
  }

private:
  static bool is_text(const std::string& field) {
    try {
      static_cast<void>(json(field).dump());
      return true;
    } catch (...) {
      return false;
    }
  }
};

template <>
struct record_fields<nlohmann::json> : record_fields<nlohmann::json, json_fields> {};

} // namespace hamok
