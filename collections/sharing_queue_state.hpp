#pragma once

// A queue that can be copied at any time for next to nothing, however long it is.

#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace hamok {

/// A queue whose copies share what is in its middle: a copy copies less than two blocks of items,
/// and one pointer for each block between them.
///
/// Thread safety: as for standard containers; copies may be used in distinct threads, since what
/// they share is never changed.
template <class T>
class sharing_queue {
public:
  static constexpr std::size_t block_size = 32;

  [[nodiscard]] std::size_t size() const noexcept {
    return front_.size() + blocks() * block_size + back_.size();
  }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  [[nodiscard]] const T& operator[](std::size_t i) const {
    if (i < front_.size())
      return front_[front_.size() - 1 - i];
    i -= front_.size();
    const auto which = i / block_size;
    return which < blocks() ? (*middle_[gone_ + which])[i % block_size]
                            : back_[i - blocks() * block_size];
  }
  [[nodiscard]] const T& front() const { return (*this)[0]; }

  void push_back(T item) {
    back_.push_back(std::move(item));
    if (back_.size() < block_size)
      return;
    middle_.push_back(std::make_shared<const block>(std::exchange(back_, {})));
    back_.reserve(block_size);
  }

  /// Lets go of the first item at once, whoever has the rest of its block.
  void pop_front() {
    if (front_.empty())
      refill();
    front_.pop_back();
  }

  /// Calls `visit` for each item, from the first to the last.
  template <class Visitor>
  void for_each(Visitor visit) const {
    for (auto i = front_.rbegin(); i != front_.rend(); ++i)
      visit(*i);
    for (auto i = gone_; i < middle_.size(); ++i)
      for (const auto& item : *middle_[i])
        visit(item);
    for (const auto& item : back_)
      visit(item);
  }

private:
  using block = std::vector<T>;

  [[nodiscard]] std::size_t blocks() const noexcept { return middle_.size() - gone_; }

  void refill() {
    if (blocks() == 0) {
      front_.assign(std::make_move_iterator(back_.rbegin()), std::make_move_iterator(back_.rend()));
      back_.clear();
      return;
    }
    const auto oldest = std::move(middle_[gone_++]);
    front_.assign(oldest->rbegin(), oldest->rend()); // a copy, since others may have it as well
    if (gone_ * 2 >= middle_.size()) {
      middle_.erase(middle_.begin(), middle_.begin() + static_cast<std::ptrdiff_t>(gone_));
      gone_ = 0;
    }
  }

  block front_; ///< less than a block, the first item last
  std::vector<std::shared_ptr<const block>> middle_;
  std::size_t gone_ = 0; ///< blocks at the front of `middle_` that are not there any more
  block back_;           ///< less than a block
};

} // namespace hamok
