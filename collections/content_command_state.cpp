#include "hamok/collections/content_command_state.hpp"

#include "hamok/raft/codec.hpp"

#include <utility>
#include <vector>

namespace hamok {

namespace {

enum class code : std::uint8_t { piece = 1, last_piece = 2 };

} // namespace

blob encode(const content_piece& value) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.u8(static_cast<std::uint8_t>(value.last ? code::last_piece : code::piece));
  out.u64(value.import.high);
  out.u64(value.import.low);
  out.varint(value.offset);
  out.raw(value.bytes.bytes());
  return blob::from_vector(std::move(bytes));
}

std::optional<content_piece> decode_content_piece(const blob& command) {
  raft::reader in{command};
  content_piece result;
  const auto what = static_cast<code>(in.u8());
  if (what != code::piece && what != code::last_piece)
    return std::nullopt;
  result.last = what == code::last_piece;
  result.import.high = in.u64();
  result.import.low = in.u64();
  result.offset = in.varint();
  result.bytes = in.rest();
  if (!in.done())
    return std::nullopt;
  return result;
}

blob encode(content_outcome value) {
  std::vector<std::byte> bytes;
  raft::writer{bytes}.u8(static_cast<std::uint8_t>(value));
  return blob::from_vector(std::move(bytes));
}

std::optional<content_outcome> decode_content_outcome(const blob& result) {
  raft::reader in{result};
  const auto value = in.u8();
  if (!in.done() || value > static_cast<std::uint8_t>(content_outcome::unusable))
    return std::nullopt;
  return static_cast<content_outcome>(value);
}

} // namespace hamok
