#pragma once

// The content of a queue on this member at one moment, with the type of the user.

#include "hamok/collections/decoders.hpp"
#include "hamok/collections/published.hpp"
#include "hamok/collections/queue_view_state.hpp"

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace hamok {

/// Immutable: iterating over it is not disturbed by what is pushed and popped meanwhile. Items are
/// decoded when they are looked at; iteration leaves out those that cannot be decoded, the
/// functions that answer `caf::expected` say `bad_value`.
///
/// Thread safety: const functions from any thread.
template <class T, class Codec = codec<T>>
class queue_snapshot {
public:
  using value_type = T;

  /// Copies of an iterator go on together, as input iterators do. It keeps the content alive.
  class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
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
    friend class queue_snapshot;
    explicit iterator(std::shared_ptr<queue_view::cursor> items) : items_(std::move(items)) {
      advance();
    }

    /// Goes on to the next item that can be decoded.
    void advance() {
      while (auto item = items_->next())
        if (detail::decode_into<Codec>(*item, current_.emplace()))
          return;
      current_.reset();
    }

    std::shared_ptr<queue_view::cursor> items_;
    std::optional<value_type> current_;
  };

  queue_snapshot() = default;
  explicit queue_snapshot(const published::snapshot& content)
      : view_(std::dynamic_pointer_cast<const queue_view>(content.view)),
        index_(content.index) {}

  /// Index of the last entry of the log in it.
  [[nodiscard]] raft::index_t index() const noexcept { return index_; }
  [[nodiscard]] std::size_t size() const {
    return view_ ? static_cast<std::size_t>(view_->size()) : 0;
  }
  [[nodiscard]] bool empty() const { return size() == 0; }

  /// The first item, none, or `bad_value`.
  [[nodiscard]] caf::expected<std::optional<T>> peek() const {
    const auto found = view_ ? view_->front() : std::nullopt;
    if (!found)
      return std::optional<T>{};
    auto value = decode_value<Codec, T>(*found);
    if (!value)
      return std::move(value.error());
    return std::optional<T>{std::move(*value)};
  }

  /// All items in their order, or `bad_value`.
  [[nodiscard]] caf::expected<std::vector<T>> items() const {
    std::vector<T> result;
    if (!view_)
      return result;
    result.reserve(size());
    for (auto all = view_->items(); auto item = all->next();) {
      auto value = decode_value<Codec, T>(*item);
      if (!value)
        return std::move(value.error());
      result.push_back(std::move(*value));
    }
    return result;
  }

  [[nodiscard]] iterator begin() const { return view_ ? iterator{view_->items()} : iterator{}; }
  [[nodiscard]] iterator end() const { return iterator{}; }

private:
  std::shared_ptr<const queue_view> view_;
  raft::index_t index_ = 0;
};

} // namespace hamok
