#pragma once

// The content of a map on this member at one moment, with the types of the user.

#include "hamok/collections/map_decoders.hpp"
#include "hamok/collections/map_view_state.hpp"
#include "hamok/collections/published.hpp"

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace hamok {

/// Immutable: iterating over it is not disturbed by writes that go on meanwhile. Entries are
/// decoded when they are looked at; iteration leaves out those that cannot be decoded, the
/// functions that answer `caf::expected` say `bad_value`.
///
/// Thread safety: const functions from any thread.
template <class K, class V, class KeyCodec = codec<K>, class ValueCodec = codec<V>>
class map_snapshot {
public:
  using value_type = std::pair<K, V>;

  /// Copies of an iterator go on together, as input iterators do.
  class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::pair<K, V>;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = const value_type&;

    iterator() = default;
    reference operator*() const { return *current_; }
    pointer operator->() const { return &*current_; }
    iterator& operator++() {
      advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    /// Only whether both are at the end, or none is.
    friend bool operator==(const iterator& lhs, const iterator& rhs) {
      return lhs.current_.has_value() == rhs.current_.has_value();
    }

  private:
    friend class map_snapshot;
    explicit iterator(std::shared_ptr<map_view::cursor> entries) : entries_(std::move(entries)) {
      advance();
    }

    /// Goes on to the next entry that can be decoded.
    void advance() {
      while (auto entry = entries_->next()) {
        current_.emplace();
        if (detail::decode_into<KeyCodec>(entry->key, current_->first)
            && detail::decode_into<ValueCodec>(entry->value, current_->second))
          return;
      }
      current_.reset();
    }

    std::shared_ptr<map_view::cursor> entries_;
    std::optional<value_type> current_;
  };

  map_snapshot() = default;
  explicit map_snapshot(const published::snapshot& content)
      : view_(std::dynamic_pointer_cast<const map_view>(content.view)),
        index_(content.index) {}

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
    auto value = decode_value<ValueCodec, V>(*found);
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

  // Sorted by the bytes of the keys.

  [[nodiscard]] caf::expected<std::vector<K>> keys() const {
    return ask<detail::list_decoder<detail::read_answer, K, KeyCodec>>(map_query::keys());
  }
  [[nodiscard]] caf::expected<std::vector<V>> values() const {
    return ask<detail::list_decoder<detail::read_answer, V, ValueCodec>>(map_query::values());
  }
  [[nodiscard]] caf::expected<std::vector<value_type>> entries() const {
    return ask<detail::pairs_decoder<detail::read_answer, K, V, KeyCodec, ValueCodec>>(
        map_query::entries());
  }

  // In no order that means anything, but the same for equal content.

  [[nodiscard]] iterator begin() const { return view_ ? iterator{view_->entries()} : iterator{}; }
  [[nodiscard]] iterator end() const { return iterator{}; }

private:
  template <class Decoder>
  caf::expected<typename Decoder::value_type> ask(const blob& question) const {
    typename Decoder::value_type result;
    if (!view_)
      return result;
    const auto answer = view_->query(question);
    if (!answer || !Decoder::decode(*answer, result))
      return make_error(errc::bad_value);
    return result;
  }

  std::shared_ptr<const map_view> view_;
  raft::index_t index_ = 0;
};

} // namespace hamok
