#pragma once

// From the calls of the user to the commands of the byte map.

#include "hamok/collections/map_decoders.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace hamok::detail {

/// The commands of a map of `K` to `V`, each `bad_value` where something cannot be encoded.
template <class K, class V, class KeyCodec, class ValueCodec>
struct map_commands {
  using pairs = std::vector<std::pair<K, V>>;
  using bytes = std::span<const std::byte>;

  static caf::expected<blob> key_of(const K& key) { return encode_value<KeyCodec, K>(key); }
  static caf::expected<blob> value_of(const V& value) { return encode_value<ValueCodec, V>(value); }

  /// `make(key bytes)`.
  template <class Make>
  static caf::expected<blob> with_key(const K& key, Make make) {
    auto key_bytes = key_of(key);
    if (!key_bytes)
      return key_bytes;
    return make(key_bytes->bytes());
  }

  /// `make(key bytes, value bytes)`.
  template <class Make>
  static caf::expected<blob> with_pair(const K& key, const V& value, Make make) {
    auto key_bytes = key_of(key);
    if (!key_bytes)
      return key_bytes;
    auto value_bytes = value_of(value);
    if (!value_bytes)
      return value_bytes;
    return make(key_bytes->bytes(), value_bytes->bytes());
  }

  static caf::expected<blob> set(const K& key, const V& value) {
    return with_pair(key, value, map_command::set);
  }
  static caf::expected<blob> insert(const K& key, const V& value) {
    return with_pair(key, value, map_command::insert);
  }
  static caf::expected<blob> remove(const K& key) { return with_key(key, map_command::remove); }
  static caf::expected<blob> erase(const K& key) { return with_key(key, map_command::erase); }
  static caf::expected<blob> remove_if(const K& key, const V& expected) {
    return with_pair(key, expected, map_command::remove_if);
  }
  static caf::expected<blob> update_if(const K& key, const V& value, const V& expected) {
    auto expected_bytes = value_of(expected);
    if (!expected_bytes)
      return expected_bytes;
    return with_pair(key, value, [&](bytes key_bytes, bytes value_bytes) {
      return map_command::update_if(key_bytes, value_bytes, expected_bytes->bytes());
    });
  }

  static caf::expected<blob> set_all(const pairs& entries) {
    return with_all(encode_all<KeyCodec, ValueCodec>(entries), map_command::set_all);
  }
  static caf::expected<blob> insert_all(const pairs& entries) {
    return with_all(encode_all<KeyCodec, ValueCodec>(entries), map_command::insert_all);
  }
  static caf::expected<blob> remove_all(const std::vector<K>& keys) {
    return with_all(encode_all<KeyCodec>(keys), map_command::remove_all);
  }
  static caf::expected<blob> erase_all(const std::vector<K>& keys) {
    return with_all(encode_all<KeyCodec>(keys), map_command::erase_all);
  }
  static caf::expected<blob> clear() { return map_command::clear(); }

  static caf::expected<blob> get(const K& key) { return with_key(key, map_query::get); }
  static caf::expected<blob> contains(const K& key) { return with_key(key, map_query::contains); }
  static caf::expected<blob> get_all(const std::vector<K>& keys) {
    return with_all(encode_all<KeyCodec>(keys), map_query::get_all);
  }
  static caf::expected<blob> scan(const std::optional<K>& after, std::uint64_t max_entries) {
    if (!after)
      return map_query::scan(std::nullopt, max_entries);
    auto key_bytes = key_of(*after);
    if (!key_bytes)
      return key_bytes;
    return map_query::scan(*key_bytes, max_entries);
  }
};

} // namespace hamok::detail
