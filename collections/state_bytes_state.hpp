#pragma once

// Sinks and sources of states: one piece of memory, or chunks as they go over links.

#include "hamok/collections/state_machine_state.hpp"
#include "hamok/raft/checksum.hpp"
#include "hamok/raft/codec.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace hamok {

/// Writes into one piece of memory.
class byte_sink final : public state_sink {
public:
  void write(std::span<const std::byte> bytes) override {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  /// Gives away what was written; nothing is left.
  [[nodiscard]] blob take() { return blob::from_vector(std::exchange(bytes_, {})); }

private:
  std::vector<std::byte> bytes_;
};

/// Writes into chunks of one size (the last one may be shorter), and sums them up.
class chunk_sink final : public state_sink {
public:
  explicit chunk_sink(std::size_t chunk_size);

  void write(std::span<const std::byte> bytes) override;
  /// Gives away what was written. To be called once, at the end.
  [[nodiscard]] std::vector<blob> take();

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// Of all bytes.
  [[nodiscard]] std::uint32_t checksum() const noexcept;

private:
  void finish_chunk();

  std::size_t chunk_size_;
  std::uint64_t size_ = 0;
  raft::checksum checksum_; ///< of the chunks that are finished
  std::vector<std::byte> chunk_;
  std::vector<blob> chunks_;
};

/// Reads chunks one behind the other.
class chunk_source final : public state_source {
public:
  explicit chunk_source(std::vector<blob> chunks);
  explicit chunk_source(const blob& bytes) : chunk_source(std::vector<blob>{bytes}) {}

  [[nodiscard]] std::size_t read_some(std::span<std::byte> out) override;
  [[nodiscard]] std::uint64_t remaining() const override { return remaining_; }

private:
  std::vector<blob> chunks_;
  std::size_t chunk_ = 0;  ///< that is read from
  std::size_t offset_ = 0; ///< in it
  std::uint64_t remaining_ = 0;
};

/// Packs what is written into pieces with their length in front, so that a reader finds the end
/// without knowing it beforehand. `finish` writes the last piece, and the mark behind it.
class piece_sink final : public state_sink {
public:
  explicit piece_sink(state_sink& out) : out_(out) {}

  void write(std::span<const std::byte> bytes) override;
  void finish();

private:
  void finish_piece();

  state_sink& out_;
  std::vector<std::byte> piece_;
};

/// Reads what a `piece_sink` has written, up to its end and no further.
class piece_source final : public state_source {
public:
  explicit piece_source(state_source& in);

  [[nodiscard]] std::size_t read_some(std::span<std::byte> out) override;
  [[nodiscard]] std::uint64_t remaining() const override;

private:
  void next_piece();

  state_source& in_;
  std::uint64_t left_ = 0; ///< of the present piece
  bool ended_ = false;
  bool ok_ = true;
};

/// Writes values as `raft::writer` does.
class state_writer {
public:
  explicit state_writer(state_sink& out) noexcept : out_(out) {}

  void u8(std::uint8_t value);
  void u32(std::uint32_t value);
  void u64(std::uint64_t value);
  void varint(std::uint64_t value);
  /// A length (varint) and the bytes.
  void bytes(std::span<const std::byte> data);

private:
  state_sink& out_;
  std::vector<std::byte> scratch_;
};

/// Reads values as `raft::reader` does: after the first that is not there, `ok()` is false and
/// every further call gives a zero value.
class state_reader {
public:
  explicit state_reader(state_source& in) noexcept : in_(in) {}

  [[nodiscard]] std::uint8_t u8();
  [[nodiscard]] std::uint32_t u32();
  [[nodiscard]] std::uint64_t u64();
  [[nodiscard]] std::uint64_t varint();
  /// A count of things that take at least `min_size` bytes each.
  [[nodiscard]] std::size_t count(std::size_t min_size);
  /// A length and as many bytes.
  [[nodiscard]] blob bytes();
  /// Fills `out`.
  void raw(std::span<std::byte> out);
  /// All that is left.
  [[nodiscard]] blob rest();

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  /// Nothing was wrong and nothing is left.
  [[nodiscard]] bool done() const { return ok_ && in_.remaining() == 0; }
  [[nodiscard]] std::uint64_t remaining() const { return in_.remaining(); }
  void fail() noexcept { ok_ = false; }

private:
  template <class Unsigned>
  [[nodiscard]] Unsigned fixed();

  state_source& in_;
  bool ok_ = true;
};

} // namespace hamok
