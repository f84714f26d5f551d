#pragma once

// A queue that takes no memory while it is empty.

#include <cstddef>
#include <utility>
#include <vector>

namespace hamok {

/// What is needed of `std::deque`, which takes half a kibibyte for nothing in it: too much where
/// there are ten thousand collections with several queues each. Items are next to each other; what
/// is added makes references and iterators invalid, as with `std::vector`.
template <class T>
class fifo {
public:
  using value_type = T;
  using iterator = typename std::vector<T>::iterator;
  using const_iterator = typename std::vector<T>::const_iterator;
  using reverse_iterator = typename std::vector<T>::reverse_iterator;

  [[nodiscard]] bool empty() const noexcept { return head_ == items_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return items_.size() - head_; }

  T& operator[](std::size_t position) { return items_[head_ + position]; }
  const T& operator[](std::size_t position) const { return items_[head_ + position]; }
  T& front() { return items_[head_]; }
  const T& front() const { return items_[head_]; }
  T& back() { return items_.back(); }
  const T& back() const { return items_.back(); }

  iterator begin() noexcept { return items_.begin() + offset(); }
  iterator end() noexcept { return items_.end(); }
  const_iterator begin() const noexcept { return items_.begin() + offset(); }
  const_iterator end() const noexcept { return items_.end(); }
  reverse_iterator rbegin() noexcept { return items_.rbegin(); }
  reverse_iterator rend() noexcept { return items_.rend() - offset(); }

  template <class... Ts>
  T& emplace_back(Ts&&... xs) {
    return items_.emplace_back(std::forward<Ts>(xs)...);
  }
  void push_back(T item) { items_.push_back(std::move(item)); }

  /// The item is let go of at once; its place when as many are free as are not, so that each item
  /// is moved once on average.
  void pop_front() {
    items_[head_++] = T{};
    if (head_ == items_.size())
      clear();
    else if (head_ * 2 >= items_.size() && head_ >= least_free)
      shrink();
  }

  iterator erase(iterator first, iterator last) { return items_.erase(first, last); }
  iterator erase(iterator which) { return items_.erase(which); }

  /// Keeps some room for what comes next, and gives much of it back.
  void clear() noexcept {
    head_ = 0;
    if (items_.capacity() * sizeof(T) > most_kept)
      items_ = {};
    else
      items_.clear();
  }

private:
  static constexpr std::size_t least_free = 16;
  static constexpr std::size_t most_kept = 8192; ///< bytes

  [[nodiscard]] std::ptrdiff_t offset() const noexcept {
    return static_cast<std::ptrdiff_t>(head_);
  }

  void shrink() {
    items_.erase(items_.begin(), items_.begin() + offset());
    head_ = 0;
  }

  std::vector<T> items_;
  std::size_t head_ = 0; ///< items in front of it are gone
};

/// As `std::erase_if`.
template <class T, class Predicate>
std::size_t erase_if(fifo<T>& from, Predicate gone) {
  auto kept = from.begin();
  for (auto i = from.begin(); i != from.end(); ++i)
    if (!gone(*i)) {
      if (kept != i)
        *kept = std::move(*i);
      ++kept;
    }
  const auto count = static_cast<std::size_t>(from.end() - kept);
  from.erase(kept, from.end());
  return count;
}

} // namespace hamok
