#pragma once

// Iteration over the content of a collection at one moment, with the types of the user.

#include "hamok/collections/decode_failures.hpp"

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace hamok {

/// Goes through what a cursor gives, and leaves out what cannot be decoded. Copies go on together,
/// as input iterators do. It keeps the content alive. `Decoder` has `decode(item, T&)`, and `what`
/// an item is called.
template <class T, class Cursor, class Decoder>
class snapshot_iterator {
public:
  using iterator_category = std::input_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using pointer = const value_type*;
  using reference = const value_type&;

  /// The end.
  snapshot_iterator() = default;
  snapshot_iterator(std::shared_ptr<Cursor> items, decode_failures failures)
      : items_(std::move(items)),
        failures_(std::move(failures)) {
    advance();
  }

  reference operator*() const { return *current_; }
  pointer operator->() const { return &*current_; }
  snapshot_iterator& operator++() {
    advance();
    return *this;
  }
  void operator++(int) { ++*this; }
  /// Only whether both are at the end, or none is.
  friend bool operator==(const snapshot_iterator& lhs, const snapshot_iterator& rhs) {
    return lhs.current_.has_value() == rhs.current_.has_value();
  }

private:
  /// Goes on to the next item that can be decoded.
  void advance() {
    while (auto item = items_->next()) {
      if (Decoder::decode(*item, current_.emplace()))
        return;
      failures_.tell(Decoder::what);
    }
    current_.reset();
  }

  std::shared_ptr<Cursor> items_;
  decode_failures failures_;
  std::optional<value_type> current_;
};

} // namespace hamok
