#pragma once

// An answer of many items, which has to have room in a frame.

#include "hamok/collections/map_command_state.hpp"
#include "hamok/raft/codec.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace hamok {

/// Items behind their number, of a bounded size.
class item_list {
public:
  /// False, and nothing is added, when the list would get larger than `limit`.
  template <class... Parts>
  bool add(std::size_t limit, const Parts&... parts) {
    if (bytes_.size() + (map_answer::size_in_list(parts.size()) + ...) > limit - head_size)
      return false;
    raft::writer out{bytes_};
    (out.bytes(parts), ...);
    ++count_;
    return true;
  }

  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

  [[nodiscard]] blob finish() && {
    std::vector<std::byte> head;
    raft::writer{head}.varint(count_);
    bytes_.insert(bytes_.begin(), head.begin(), head.end());
    return blob::from_vector(std::move(bytes_));
  }

private:
  static constexpr std::size_t head_size = 10; // at the most

  std::size_t count_ = 0;
  std::vector<std::byte> bytes_;
};

} // namespace hamok
