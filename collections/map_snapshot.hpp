#pragma once

// The content of a map on this member at one moment, with the types of the user.

#include "hamok/collections/decode_failures.hpp"
#include "hamok/collections/map_decoders.hpp"
#include "hamok/collections/map_view_state.hpp"
#include "hamok/collections/published.hpp"
#include "hamok/collections/snapshot_iterator.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace hamok {

/// Immutable: iterating over it is not disturbed by writes that go on meanwhile. Entries are
/// decoded when they are looked at; iteration leaves out those that cannot be decoded, the
/// functions that answer `caf::expected` say `bad_value`. Both are an `error` event of the member.
///
/// Thread safety: const functions from any thread.
template <class K, class V, class KeyCodec = codec<K>, class ValueCodec = codec<V>>
class map_snapshot {
public:
  using value_type = std::pair<K, V>;

  struct entry_decoder {
    static constexpr const char* what = "an entry";
    static bool decode(const key_value& entry, value_type& out) {
      return detail::decode_into<KeyCodec>(entry.key, out.first)
             && detail::decode_into<ValueCodec>(entry.value, out.second);
    }
  };
  using iterator = snapshot_iterator<value_type, map_view::cursor, entry_decoder>;

  map_snapshot() = default;
  explicit map_snapshot(const published::snapshot& content, decode_failures failures = {})
      : view_(std::dynamic_pointer_cast<const map_view>(content.view)),
        index_(content.index),
        failures_(std::move(failures)) {}

  /// Index of the last entry of the log in it.
  [[nodiscard]] raft::index_t index() const noexcept { return index_; }
  [[nodiscard]] std::size_t size() const {
    return view_ ? static_cast<std::size_t>(view_->size()) : 0;
  }
  [[nodiscard]] bool empty() const { return size() == 0; }

  [[nodiscard]] caf::expected<std::optional<V>> get(const K& key) const {
    auto bytes = encode_value<KeyCodec, K>(key);
    if (!bytes)
      return std::move(bytes.error());
    const auto found = view_ ? view_->find(*bytes) : std::nullopt;
    if (!found)
      return std::optional<V>{};
    auto value = failures_.check(decode_value<ValueCodec, V>(*found), "the value of a key");
    if (!value)
      return std::move(value.error());
    return std::optional<V>{std::move(*value)};
  }

  [[nodiscard]] bool contains(const K& key) const {
    const auto bytes = encode_value<KeyCodec, K>(key);
    return bytes && view_ && view_->find(*bytes);
  }

  [[nodiscard]] caf::expected<std::vector<value_type>> get_all(const std::vector<K>& keys) const {
    std::vector<value_type> result;
    for (const auto& key : keys) {
      auto value = get(key);
      if (!value)
        return std::move(value.error());
      if (*value)
        result.emplace_back(key, std::move(**value));
    }
    return result;
  }

  // Sorted by the bytes of the keys. Nothing is sent for them, so there is no limit to their size.

  [[nodiscard]] caf::expected<std::vector<K>> keys() const {
    return collect<K>([](const key_value& entry, K& out) {
      return detail::decode_into<KeyCodec>(entry.key, out);
    });
  }
  [[nodiscard]] caf::expected<std::vector<V>> values() const {
    return collect<V>([](const key_value& entry, V& out) {
      return detail::decode_into<ValueCodec>(entry.value, out);
    });
  }
  [[nodiscard]] caf::expected<std::vector<value_type>> entries() const {
    return collect<value_type>(&entry_decoder::decode);
  }

  // In no order that means anything, but the same for equal content.

  [[nodiscard]] iterator begin() const {
    return view_ ? iterator{view_->entries(), failures_} : iterator{};
  }
  [[nodiscard]] iterator end() const { return iterator{}; }

private:
  template <class T, class Decode>
  caf::expected<std::vector<T>> collect(Decode decode) const {
    std::vector<key_value> sorted;
    sorted.reserve(size());
    if (view_)
      for (auto all = view_->entries(); auto entry = all->next();)
        sorted.push_back(std::move(*entry));
    std::sort(sorted.begin(), sorted.end(),
              [](const key_value& a, const key_value& b) { return a.key < b.key; });
    std::vector<T> result;
    result.reserve(sorted.size());
    for (const auto& entry : sorted) {
      T value{};
      if (!decode(entry, value)) {
        failures_.tell(entry_decoder::what);
        return make_error(errc::bad_value);
      }
      result.push_back(std::move(value));
    }
    return result;
  }

  std::shared_ptr<const map_view> view_;
  raft::index_t index_ = 0;
  decode_failures failures_;
};

} // namespace hamok
