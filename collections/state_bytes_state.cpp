#include "hamok/collections/state_bytes_state.hpp"

#include <algorithm>
#include <array>

namespace hamok {

namespace {

constexpr std::size_t piece_size = std::size_t{64} << 10;

} // namespace

// -- chunks ---------------------------------------------------------------------------------------

chunk_sink::chunk_sink(std::size_t chunk_size)
    : chunk_size_(std::max<std::size_t>(chunk_size, 1)) {}

void chunk_sink::write(std::span<const std::byte> bytes) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    if (chunk_.empty())
      chunk_.reserve(chunk_size_);
    const auto count = std::min(bytes.size(), chunk_size_ - chunk_.size());
    chunk_.insert(chunk_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    bytes = bytes.subspan(count);
    if (chunk_.size() == chunk_size_)
      finish_chunk();
  }
}

void chunk_sink::finish_chunk() {
  checksum_.add(chunk_);
  chunks_.push_back(blob::from_vector(std::exchange(chunk_, {})));
}

std::uint32_t chunk_sink::checksum() const noexcept {
  auto all = checksum_;
  all.add(chunk_);
  return all.value();
}

std::vector<blob> chunk_sink::take() {
  if (!chunk_.empty()) {
    chunk_.shrink_to_fit();
    finish_chunk();
  }
  return std::exchange(chunks_, {});
}

chunk_source::chunk_source(std::vector<blob> chunks) : chunks_(std::move(chunks)) {
  for (const auto& chunk : chunks_)
    remaining_ += chunk.size();
}

std::size_t chunk_source::read_some(std::span<std::byte> out) {
  while (chunk_ < chunks_.size() && offset_ == chunks_[chunk_].size()) {
    chunks_[chunk_++] = {}; // nobody comes back to it
    offset_ = 0;
  }
  if (chunk_ == chunks_.size())
    return 0;
  const auto left = chunks_[chunk_].bytes().subspan(offset_);
  const auto count = std::min(left.size(), out.size());
  std::copy_n(left.begin(), count, out.begin());
  offset_ += count;
  remaining_ -= count;
  return count;
}

// -- pieces ---------------------------------------------------------------------------------------

void piece_sink::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto count = std::min(bytes.size(), piece_size - piece_.size());
    piece_.insert(piece_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    bytes = bytes.subspan(count);
    if (piece_.size() == piece_size)
      finish_piece();
  }
}

void piece_sink::finish_piece() {
  state_writer{out_}.bytes(piece_);
  piece_.clear();
}

void piece_sink::finish() {
  if (!piece_.empty())
    finish_piece();
  state_writer{out_}.varint(0);
}

piece_source::piece_source(state_source& in) : in_(in) {
  next_piece();
}

void piece_source::next_piece() {
  state_reader in{in_};
  left_ = in.varint();
  ok_ = in.ok() && left_ <= in_.remaining();
  ended_ = ok_ && left_ == 0;
}

std::size_t piece_source::read_some(std::span<std::byte> out) {
  if (!ok_ || ended_)
    return 0;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left_, out.size()));
  const auto count = in_.read_some(out.first(wanted));
  ok_ = count != 0 || wanted == 0;
  left_ -= count;
  if (ok_ && left_ == 0)
    next_piece();
  return count;
}

/// More than nothing when it is broken: that is no end.
std::uint64_t piece_source::remaining() const {
  return ended_ ? 0 : std::max<std::uint64_t>(in_.remaining(), 1);
}

// -- values ---------------------------------------------------------------------------------------

void state_writer::u8(std::uint8_t value) {
  const std::array<std::byte, 1> bytes{static_cast<std::byte>(value)};
  out_.write(bytes);
}

void state_writer::u32(std::uint32_t value) {
  scratch_.clear();
  raft::writer{scratch_}.u32(value);
  out_.write(scratch_);
}

void state_writer::u64(std::uint64_t value) {
  scratch_.clear();
  raft::writer{scratch_}.u64(value);
  out_.write(scratch_);
}

void state_writer::varint(std::uint64_t value) {
  scratch_.clear();
  raft::writer{scratch_}.varint(value);
  out_.write(scratch_);
}

void state_writer::bytes(std::span<const std::byte> data) {
  varint(data.size());
  out_.write(data);
}

template <class Unsigned>
Unsigned state_reader::fixed() {
  std::array<std::byte, sizeof(Unsigned)> bytes{};
  raw(bytes);
  Unsigned value = 0;
  for (std::size_t i = 0; ok_ && i < bytes.size(); ++i)
    value |= static_cast<Unsigned>(static_cast<Unsigned>(bytes[i]) << (8 * i));
  return value;
}

std::uint8_t state_reader::u8() {
  return fixed<std::uint8_t>();
}

std::uint32_t state_reader::u32() {
  return fixed<std::uint32_t>();
}

std::uint64_t state_reader::u64() {
  return fixed<std::uint64_t>();
}

std::uint64_t state_reader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = u8();
    // The tenth byte holds the one bit that is left; a value has one encoding only.
    if (!ok_ || (shift == 63 && byte > 1) || (shift > 0 && byte == 0))
      break;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0)
      return value;
  }
  ok_ = false;
  return 0;
}

std::size_t state_reader::count(std::size_t min_size) {
  const auto value = varint();
  if (value > in_.remaining() / std::max<std::size_t>(min_size, 1))
    ok_ = false;
  return ok_ ? static_cast<std::size_t>(value) : 0;
}

blob state_reader::bytes() {
  std::vector<std::byte> result(count(1));
  raw(result);
  return ok_ ? blob::from_vector(std::move(result)) : blob{};
}

void state_reader::raw(std::span<std::byte> out) {
  ok_ = ok_ && in_.read(out);
}

blob state_reader::rest() {
  std::vector<std::byte> result;
  std::size_t size = 0;
  while (ok_) {
    if (size == result.size())
      result.resize(std::max(piece_size, 2 * size));
    const auto count = in_.read_some(std::span{result}.subspan(size));
    if (count == 0)
      break;
    size += count;
  }
  if (!done())
    fail();
  result.resize(ok_ ? size : 0);
  return blob::from_vector(std::move(result));
}

} // namespace hamok
