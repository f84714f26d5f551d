#pragma once

// Bytes of messages, entries and configurations: little-endian fixed header fields, varints for
// lengths. Pure, so that the simulator sends the very bytes that go over sockets.

#include "hamok/raft/messages.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace hamok::raft {

/// Appends values to a growing buffer.
class writer {
public:
  explicit writer(std::vector<std::byte>& out) noexcept : out_(out) {}

  void u8(std::uint8_t value);
  void u32(std::uint32_t value);
  void u64(std::uint64_t value);
  void varint(std::uint64_t value);
  void raw(std::span<const std::byte> data);
  /// A length (varint) and the bytes.
  void bytes(std::span<const std::byte> data);
  void text(std::string_view value);

private:
  std::vector<std::byte>& out_;
};

/// Takes values from hostile bytes. After the first value that is not there, or is out of bounds,
/// `ok()` is false and every further call gives a zero value.
class reader {
public:
  /// Slices given by `bytes()` share the storage of `source`.
  explicit reader(blob source) noexcept : source_(std::move(source)) {}

  [[nodiscard]] std::uint8_t u8();
  [[nodiscard]] std::uint32_t u32();
  [[nodiscard]] std::uint64_t u64();
  [[nodiscard]] std::uint64_t varint();
  /// A count of things that take at least `min_size` bytes each: never more than the rest can hold.
  [[nodiscard]] std::size_t count(std::size_t min_size);
  [[nodiscard]] blob bytes();
  [[nodiscard]] std::string text(std::size_t max_size = 4096);
  /// All that is left.
  [[nodiscard]] blob rest();

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  /// Nothing was wrong and nothing is left.
  [[nodiscard]] bool done() const noexcept { return ok_ && position_ == source_.size(); }
  [[nodiscard]] std::size_t remaining() const noexcept { return source_.size() - position_; }
  void fail() noexcept { ok_ = false; }

private:
  [[nodiscard]] bool take(std::size_t count) noexcept;

  blob source_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

void encode(const member_id& value, writer& out);
void encode(const configuration& value, writer& out);
void encode(const entry& value, writer& out);
void encode(const hard_state& value, writer& out);
void encode(const snapshot_meta& value, writer& out);
void encode(const message& value, writer& out);

[[nodiscard]] member_id decode_member(reader& in);
[[nodiscard]] configuration decode_configuration(reader& in);
[[nodiscard]] entry decode_entry(reader& in);
[[nodiscard]] hard_state decode_hard_state(reader& in);
[[nodiscard]] snapshot_meta decode_snapshot_meta(reader& in);

/// The whole of `data` as one `valid` configuration, or nothing when it is not exactly one.
[[nodiscard]] std::optional<configuration> read_configuration(const blob& data);

/// The whole of `data` as one message, or nothing when it is not exactly one. Entries share the
/// storage of `data`.
[[nodiscard]] std::optional<message> decode_message(const blob& data);

/// Bytes that `encode` takes for an entry, at the most: what batches are measured by.
[[nodiscard]] std::size_t encoded_size(const entry& value) noexcept;

[[nodiscard]] blob to_blob(const message& value);
[[nodiscard]] blob to_blob(const configuration& value);

} // namespace hamok::raft
