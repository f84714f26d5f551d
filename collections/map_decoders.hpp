#pragma once

// From the answers of the byte map to the types of the user.

#include "hamok/collections/codec.hpp"
#include "hamok/collections/map_command_state.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace hamok::detail {

/// `codec::decode` that neither throws nor half succeeds.
template <class Codec, class T>
bool decode_into(const blob& bytes, T& out) {
  auto value = decode_value<Codec, T>(bytes);
  if (!value)
    return false;
  out = std::move(*value);
  return true;
}

/// Answers to writes: the operation may have happened when the way to the collection fails.
struct write_answer {
  static constexpr errc on_failure = errc::outcome_unknown;
};

/// Answers to reads.
struct read_answer {
  static constexpr errc on_failure = errc::connection_lost;
};

template <class Way, class T>
struct plain_decoder : Way {
  using value_type = T;
  static bool decode(const blob& answer, T& out) { return map_answer::decode(answer, out); }
};

template <class Way, class V, class Codec>
struct value_decoder : Way {
  using value_type = std::optional<V>;
  static bool decode(const blob& answer, value_type& out) {
    std::optional<blob> bytes;
    if (!map_answer::decode(answer, bytes))
      return false;
    out.reset();
    return !bytes || decode_into<Codec>(*bytes, out.emplace());
  }
};

template <class Way, class T, class Codec>
struct list_decoder : Way {
  using value_type = std::vector<T>;
  static bool decode(const blob& answer, value_type& out) {
    std::vector<blob> items;
    if (!map_answer::decode(answer, items))
      return false;
    out.clear();
    for (const auto& item : items) {
      T value{};
      if (!decode_into<Codec>(item, value))
        return false;
      out.push_back(std::move(value));
    }
    return true;
  }
};

template <class Way, class K, class V, class KeyCodec, class ValueCodec>
struct pairs_decoder : Way {
  using value_type = std::vector<std::pair<K, V>>;
  static bool decode(const blob& answer, value_type& out) {
    std::vector<key_value> items;
    if (!map_answer::decode(answer, items))
      return false;
    out.clear();
    for (const auto& item : items) {
      std::pair<K, V> entry{};
      if (!decode_into<KeyCodec>(item.key, entry.first)
          || !decode_into<ValueCodec>(item.value, entry.second))
        return false;
      out.push_back(std::move(entry));
    }
    return true;
  }
};

template <class Codec, class T>
caf::expected<std::vector<blob>> encode_all(const std::vector<T>& values) {
  std::vector<blob> result;
  result.reserve(values.size());
  for (const auto& value : values) {
    auto bytes = encode_value<Codec, T>(value);
    if (!bytes)
      return std::move(bytes.error());
    result.push_back(std::move(*bytes));
  }
  return result;
}

template <class KeyCodec, class ValueCodec, class K, class V>
caf::expected<std::vector<key_value>> encode_all(const std::vector<std::pair<K, V>>& entries) {
  std::vector<key_value> result;
  result.reserve(entries.size());
  for (const auto& [key, value] : entries) {
    auto key_bytes = encode_value<KeyCodec, K>(key);
    if (!key_bytes)
      return std::move(key_bytes.error());
    auto value_bytes = encode_value<ValueCodec, V>(value);
    if (!value_bytes)
      return std::move(value_bytes.error());
    result.push_back({std::move(*key_bytes), std::move(*value_bytes)});
  }
  return result;
}

} // namespace hamok::detail
