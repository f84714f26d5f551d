#include "hamok/collections/operation_state.hpp"

#include <limits>
#include <utility>
#include <vector>

namespace hamok {

namespace {

constexpr std::uint8_t more_flag = 1;
constexpr std::uint8_t skip_flag = 2;
constexpr std::uint8_t offset_flag = 4;
constexpr std::uint8_t content_flag = 8;

/// Starts an envelope: its type, and whom it is for.
raft::writer begin(std::vector<std::byte>& out, envelope_type type, std::uint64_t collection,
                   const raft::incarnation_id& session) {
  raft::writer result{out};
  result.u8(static_cast<std::uint8_t>(type));
  result.varint(collection);
  result.u64(session.high);
  result.u64(session.low);
  return result;
}

/// Takes the type; anything but `type` makes the reader fail.
void expect(raft::reader& in, envelope_type type) {
  if (in.u8() != static_cast<std::uint8_t>(type))
    in.fail();
}

raft::incarnation_id read_session(raft::reader& in) {
  raft::incarnation_id result;
  result.high = in.u64();
  result.low = in.u64();
  return result;
}

template <class T>
std::optional<T> finish(const raft::reader& in, T value) {
  if (!in.done())
    return std::nullopt;
  return value;
}

} // namespace

blob encode(const create_envelope& value) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.u8(static_cast<std::uint8_t>(envelope_type::create));
  out.text(value.name);
  out.text(value.kind);
  out.bytes(value.options.bytes());
  out.bytes(value.initial.bytes());
  out.u64(value.creator.high);
  out.u64(value.creator.low);
  return blob::from_vector(std::move(bytes));
}

blob encode(const operation_envelope& value) {
  std::vector<std::byte> bytes;
  bytes.reserve(max_operation_overhead + value.command.size());
  auto out = begin(bytes, envelope_type::operation, value.collection, value.session);
  out.varint(value.sequence);
  out.varint(value.sequence - value.first_outstanding);
  out.varint(value.attempt);
  out.u8(static_cast<std::uint8_t>((value.more ? more_flag : 0) | (value.skip ? skip_flag : 0)
                                   | (value.offset != 0 ? offset_flag : 0)
                                   | (value.content ? content_flag : 0)));
  if (value.offset != 0)
    out.varint(value.offset);
  out.raw(value.command.bytes());
  return blob::from_vector(std::move(bytes));
}

blob encode(const open_envelope& value) {
  std::vector<std::byte> bytes;
  auto out = begin(bytes, envelope_type::open_session, value.collection, value.session);
  out.u64(static_cast<std::uint64_t>(value.ttl.count()));
  out.u64(value.opened_after);
  return blob::from_vector(std::move(bytes));
}

blob encode(const keep_alive_envelope& value) {
  std::vector<std::byte> bytes;
  auto out = begin(bytes, envelope_type::keep_alive, value.collection, value.session);
  out.varint(value.first_outstanding);
  return blob::from_vector(std::move(bytes));
}

blob encode(const close_envelope& value) {
  std::vector<std::byte> bytes;
  begin(bytes, envelope_type::close_session, value.collection, value.session);
  return blob::from_vector(std::move(bytes));
}

blob encode(const replace_envelope& value) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.u8(static_cast<std::uint8_t>(envelope_type::replace_content));
  out.varint(value.collection);
  out.bytes(value.content.bytes());
  return blob::from_vector(std::move(bytes));
}

std::optional<envelope_type> envelope_kind(const blob& data) {
  constexpr auto last = static_cast<std::uint8_t>(envelope_type::claim);
  if (data.empty() || static_cast<std::uint8_t>(*data.data()) > last)
    return std::nullopt;
  return static_cast<envelope_type>(*data.data());
}

std::optional<std::uint64_t> envelope_target(const blob& data) {
  const auto kind = envelope_kind(data);
  if (!kind || *kind == envelope_type::create || *kind >= envelope_type::replace_content)
    return std::nullopt;
  // Once for every entry on every member: without a reader, which would share ownership.
  std::uint64_t result = 0;
  const auto bytes = data.bytes().subspan(1);
  for (std::size_t i = 0; i < bytes.size() && i < 10; ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    if (i == 9 && byte > 1)
      return std::nullopt;
    result |= static_cast<std::uint64_t>(byte & 0x7FU) << (7 * i);
    if ((byte & 0x80U) == 0)
      return result;
  }
  return std::nullopt;
}

std::optional<create_envelope> decode_create_envelope(const blob& data) {
  raft::reader in{data};
  expect(in, envelope_type::create);
  create_envelope result;
  result.name = in.text(max_name_size);
  result.kind = in.text(max_name_size);
  result.options = in.bytes();
  result.initial = in.bytes();
  result.creator = read_session(in);
  return finish(in, std::move(result));
}

std::optional<operation_envelope> decode_operation(const blob& data) {
  raft::reader in{data};
  expect(in, envelope_type::operation);
  operation_envelope result;
  result.collection = in.varint();
  result.session = read_session(in);
  result.sequence = in.varint();
  const auto behind = in.varint();
  // Sequences count from 1, and one more than any of them must exist.
  if (behind >= result.sequence || result.sequence == std::numeric_limits<std::uint64_t>::max())
    return std::nullopt;
  result.first_outstanding = result.sequence - behind;
  result.attempt = in.varint();
  const auto flags = in.u8();
  if ((flags & ~(more_flag | skip_flag | offset_flag | content_flag)) != 0)
    return std::nullopt;
  result.more = (flags & more_flag) != 0;
  result.skip = (flags & skip_flag) != 0;
  result.content = (flags & content_flag) != 0;
  if ((flags & offset_flag) != 0)
    result.offset = in.varint();
  result.command = in.rest();
  return finish(in, std::move(result));
}

std::optional<open_envelope> decode_open(const blob& data) {
  raft::reader in{data};
  expect(in, envelope_type::open_session);
  open_envelope result;
  result.collection = in.varint();
  result.session = read_session(in);
  const auto ttl = in.u64();
  if (ttl > static_cast<std::uint64_t>(raft::duration::max().count()))
    return std::nullopt;
  result.ttl = raft::duration{static_cast<raft::duration::rep>(ttl)};
  result.opened_after = in.u64();
  return finish(in, result);
}

std::optional<keep_alive_envelope> decode_keep_alive(const blob& data) {
  raft::reader in{data};
  expect(in, envelope_type::keep_alive);
  keep_alive_envelope result;
  result.collection = in.varint();
  result.session = read_session(in);
  result.first_outstanding = in.varint();
  return finish(in, result);
}

std::optional<close_envelope> decode_close(const blob& data) {
  raft::reader in{data};
  expect(in, envelope_type::close_session);
  close_envelope result;
  result.collection = in.varint();
  result.session = read_session(in);
  return finish(in, result);
}

std::optional<replace_envelope> decode_replace(const blob& data) {
  raft::reader in{data};
  expect(in, envelope_type::replace_content);
  replace_envelope result;
  result.collection = in.varint();
  result.content = in.bytes();
  return finish(in, std::move(result));
}

} // namespace hamok
