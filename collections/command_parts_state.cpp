#include "hamok/collections/command_parts_state.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

void command_parts::append(std::span<const std::byte> fresh) {
  while (!fresh.empty()) {
    const auto count = std::min(fresh.size(), block - rest_.size());
    rest_.insert(rest_.end(), fresh.begin(), fresh.begin() + static_cast<std::ptrdiff_t>(count));
    fresh = fresh.subspan(count);
    if (rest_.size() < block)
      continue;
    whole_blocks_ += hash_bytes(rest_, blocks_.size());
    blocks_.push_back(blob::from_vector(std::exchange(rest_, {})));
  }
}

std::vector<std::byte> command_parts::take() {
  std::vector<std::byte> result;
  result.reserve(size());
  blocks_.for_each([&](const blob& one) {
    result.insert(result.end(), one.bytes().begin(), one.bytes().end());
  });
  result.insert(result.end(), rest_.begin(), rest_.end());
  *this = {};
  return result;
}

std::vector<blob> command_parts::take_pieces() {
  std::vector<blob> result;
  result.reserve(blocks_.size() + 1);
  blocks_.for_each([&](const blob& one) { result.push_back(one); });
  result.push_back(blob::from_vector(std::move(rest_)));
  *this = {};
  return result;
}

void command_parts::write(raft::writer& out) const {
  out.varint(size());
  blocks_.for_each([&](const blob& one) { out.raw(one.bytes()); });
  out.raw(rest_);
}

digest128 command_parts::digest() const {
  auto result = whole_blocks_;
  result += hash_bytes(rest_, size());
  return result;
}

} // namespace hamok
