#include "hamok/actors/snapshot_pieces.hpp"

#include <algorithm>

namespace hamok {

snapshot_pieces::snapshot_pieces(std::vector<blob> pieces) {
  for (auto& piece : pieces)
    add(std::move(piece));
}

void snapshot_pieces::add(blob piece) {
  if (piece.empty())
    return;
  begins_.push_back(size_);
  size_ += piece.size();
  pieces_.push_back(std::move(piece));
}

blob snapshot_pieces::slice(std::uint64_t offset, std::size_t count) const {
  if (count == 0 || offset >= size_ || count > size_ - offset)
    return {};
  auto at =
      static_cast<std::size_t>(std::ranges::upper_bound(begins_, offset) - begins_.begin()) - 1;
  auto skip = static_cast<std::size_t>(offset - begins_[at]);
  if (count <= pieces_[at].size() - skip)
    return pieces_[at].slice(skip, count);
  std::vector<std::byte> bytes;
  bytes.reserve(count);
  for (; bytes.size() < count; ++at, skip = 0) {
    const auto rest = pieces_[at].bytes().subspan(skip);
    const auto some = rest.first(std::min(rest.size(), count - bytes.size()));
    bytes.insert(bytes.end(), some.begin(), some.end());
  }
  return blob::from_vector(std::move(bytes));
}

std::vector<blob> snapshot_pieces::take() {
  return std::exchange(*this, {}).pieces_;
}

} // namespace hamok
