#pragma once

// The content of a queue on this member at one moment, with the type of the user.

#include "hamok/collections/decode_failures.hpp"
#include "hamok/collections/decoders.hpp"
#include "hamok/collections/published.hpp"
#include "hamok/collections/queue_view_state.hpp"
#include "hamok/collections/snapshot_iterator.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace hamok {

/// Immutable: iterating over it is not disturbed by what is pushed and popped meanwhile. Items are
/// decoded when they are looked at; iteration leaves out those that cannot be decoded, the
/// functions that answer `caf::expected` say `bad_value`. Both are an `error` event of the member.
///
/// Thread safety: const functions from any thread.
template <class T, class Codec = codec<T>>
class queue_snapshot {
public:
  using value_type = T;

  struct item_decoder {
    static constexpr const char* what = "an item";
    static bool decode(const blob& item, T& out) { return detail::decode_into<Codec>(item, out); }
  };
  using iterator = snapshot_iterator<T, queue_view::cursor, item_decoder>;

  queue_snapshot() = default;
  explicit queue_snapshot(const published::snapshot& content, decode_failures failures = {})
      : view_(std::dynamic_pointer_cast<const queue_view>(content.view)),
        index_(content.index),
        failures_(std::move(failures)) {}

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
    auto value = failures_.check(decode_value<Codec, T>(*found), item_decoder::what);
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
      auto value = failures_.check(decode_value<Codec, T>(*item), item_decoder::what);
      if (!value)
        return std::move(value.error());
      result.push_back(std::move(*value));
    }
    return result;
  }

  [[nodiscard]] iterator begin() const {
    return view_ ? iterator{view_->items(), failures_} : iterator{};
  }
  [[nodiscard]] iterator end() const { return iterator{}; }

private:
  std::shared_ptr<const queue_view> view_;
  raft::index_t index_ = 0;
  decode_failures failures_;
};

} // namespace hamok
