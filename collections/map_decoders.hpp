#pragma once

// From the answers of the byte map to the types of the user.

#include "hamok/collections/decoders.hpp"

#include <utility>
#include <vector>

namespace hamok::detail {

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
