#pragma once

// Iteration over a remote map, which asks the storage for one page after the other.

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace hamok {

/// All entries of a remote map, once, in the order of the bytes of their keys: what is there during
/// the whole walk comes exactly once, what changes meanwhile at most once. For plain threads, as
/// each page is waited for; ends early when one does not come.
///
/// Thread safety: used by one thread at a time.
template <class K, class V>
class remote_map_walk {
public:
  using value_type = std::pair<K, V>;
  using page_type = std::vector<value_type>;
  using page_source = std::function<caf::expected<page_type>(const std::optional<K>& after)>;

  /// `next` gives the page behind a key.
  explicit remote_map_walk(page_source next) : state_(std::make_shared<state>(std::move(next))) {}

  /// Copies of an iterator go on together, as input iterators do.
  class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::pair<K, V>;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = const value_type&;

    iterator() = default;
    reference operator*() const { return state_->current(); }
    pointer operator->() const { return &state_->current(); }
    iterator& operator++() {
      state_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    /// Only whether both are at the end, or none is.
    friend bool operator==(const iterator& lhs, const iterator& rhs) {
      return lhs.at_end() == rhs.at_end();
    }

  private:
    friend class remote_map_walk;
    explicit iterator(std::shared_ptr<typename remote_map_walk::state> state)
        : state_(std::move(state)) {}

    [[nodiscard]] bool at_end() const { return !state_ || state_->at_end(); }

    std::shared_ptr<typename remote_map_walk::state> state_;
  };

  /// Begins from the start.
  [[nodiscard]] iterator begin() const {
    state_->restart();
    return iterator{state_};
  }
  [[nodiscard]] iterator end() const { return iterator{}; }

  /// Why it did not get to the end; none: it did, or has not been there yet.
  [[nodiscard]] const caf::error& failure() const noexcept { return state_->failure(); }

private:
  class state {
  public:
    explicit state(page_source next) : next_(std::move(next)) {}

    void restart() {
      failure_ = {};
      fetch(std::nullopt);
    }
    void advance() {
      if (++position_ == page_.size())
        fetch(page_.back().first);
    }
    [[nodiscard]] bool at_end() const noexcept { return position_ == page_.size(); }
    [[nodiscard]] const value_type& current() const { return page_[position_]; }
    [[nodiscard]] const caf::error& failure() const noexcept { return failure_; }

  private:
    void fetch(const std::optional<K>& after) {
      auto page = next_(after);
      page_ = page ? std::move(*page) : page_type{};
      position_ = 0;
      if (!page)
        failure_ = std::move(page.error());
    }

    page_source next_;
    page_type page_;
    std::size_t position_ = 0;
    caf::error failure_;
  };

  std::shared_ptr<state> state_;
};

} // namespace hamok
