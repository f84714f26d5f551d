#include "hamok/raft/codec.hpp"

#include "hamok/raft/membership.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace hamok::raft {

namespace {

/// Kinds of messages on the wire: only ever add at the end.
enum class wire_kind : std::uint8_t {
  vote_request = 1,
  vote_response = 2,
  append_request = 3,
  append_response = 4,
  timeout_now = 5,
  install_request = 6,
  install_response = 7,
};

constexpr std::size_t min_entry_size = 4;
constexpr std::size_t min_member_size = 17;
constexpr std::size_t min_retired_size = min_member_size + 1;
constexpr std::size_t max_peer_name = 256;

template <class T>
void little_endian(T value, std::vector<std::byte>& out) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    out.push_back(static_cast<std::byte>(value >> (8 * i)));
}

template <class T>
T from_little_endian(const std::byte* data) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value |= static_cast<T>(static_cast<T>(data[i]) << (8 * i));
  return value;
}

void encode_members(const std::vector<member_id>& members, writer& out) {
  out.varint(members.size());
  for (const auto& member : members)
    encode(member, out);
}

std::vector<member_id> decode_members(reader& in) {
  const auto count = in.count(min_member_size);
  std::vector<member_id> result;
  result.reserve(count);
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    result.push_back(decode_member(in));
  return result;
}

// Flags of an `append_response`.
constexpr std::uint8_t succeeds = 1;
constexpr std::uint8_t is_passive = 2;
constexpr std::uint8_t needs_snapshot = 4;

bool decode_flag(reader& in) {
  const auto value = in.u8();
  if (value > 1)
    in.fail();
  return value == 1;
}

void encode_body(const vote_request& body, writer& out) {
  out.u8(static_cast<std::uint8_t>(wire_kind::vote_request));
  out.varint(body.term);
  out.varint(body.last_log_index);
  out.varint(body.last_log_term);
  out.u8(body.pre_vote ? 1 : 0);
  out.u8(body.transfer ? 1 : 0);
}

void encode_body(const vote_response& body, writer& out) {
  out.u8(static_cast<std::uint8_t>(wire_kind::vote_response));
  out.varint(body.term);
  out.varint(body.request_term);
  out.u8(body.pre_vote ? 1 : 0);
  out.u8(body.granted ? 1 : 0);
}

void encode_body(const append_request& body, writer& out) {
  out.u8(static_cast<std::uint8_t>(wire_kind::append_request));
  out.varint(body.term);
  out.varint(body.prev_log_index);
  out.varint(body.prev_log_term);
  out.varint(body.leader_commit);
  out.varint(body.round);
  out.varint(body.entries.size());
  for (const auto& item : body.entries)
    encode(item, out);
}

void encode_body(const append_response& body, writer& out) {
  out.u8(static_cast<std::uint8_t>(wire_kind::append_response));
  out.varint(body.term);
  out.varint(body.round);
  out.u8(static_cast<std::uint8_t>((body.success ? succeeds : 0) | (body.passive ? is_passive : 0)
                                   | (body.wants_snapshot ? needs_snapshot : 0)));
  out.varint(body.match_index);
  out.varint(body.rejected_index);
  out.varint(body.conflict_term);
  out.varint(body.conflict_index);
}

void encode_body(const timeout_now& body, writer& out) {
  out.u8(static_cast<std::uint8_t>(wire_kind::timeout_now));
  out.varint(body.term);
}

void encode_id(const snapshot_id& value, writer& out) {
  out.varint(value.index);
  out.varint(value.term);
  out.varint(value.size);
  out.u32(value.checksum);
}

void encode_body(const install_request& body, writer& out) {
  out.u8(static_cast<std::uint8_t>(wire_kind::install_request));
  out.varint(body.term);
  out.varint(body.round);
  encode_id(body.snapshot, out);
  out.varint(body.offset);
  out.u32(body.checksum);
  out.u8(body.meta ? 1 : 0);
  if (body.meta)
    encode(*body.meta, out);
  out.bytes(body.data.bytes());
}

void encode_body(const install_response& body, writer& out) {
  out.u8(static_cast<std::uint8_t>(wire_kind::install_response));
  out.varint(body.term);
  out.varint(body.round);
  encode_id(body.snapshot, out);
  out.varint(body.received);
  out.u8(body.gap ? 1 : 0);
}

vote_request decode_vote_request(reader& in) {
  vote_request body;
  body.term = in.varint();
  body.last_log_index = in.varint();
  body.last_log_term = in.varint();
  body.pre_vote = decode_flag(in);
  body.transfer = decode_flag(in);
  return body;
}

vote_response decode_vote_response(reader& in) {
  vote_response body;
  body.term = in.varint();
  body.request_term = in.varint();
  body.pre_vote = decode_flag(in);
  body.granted = decode_flag(in);
  return body;
}

append_request decode_append_request(reader& in) {
  append_request body;
  body.term = in.varint();
  body.prev_log_index = in.varint();
  body.prev_log_term = in.varint();
  body.leader_commit = in.varint();
  body.round = in.varint();
  const auto count = in.count(min_entry_size);
  body.entries.reserve(count);
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    body.entries.push_back(decode_entry(in));
  return body;
}

append_response decode_append_response(reader& in) {
  append_response body;
  body.term = in.varint();
  body.round = in.varint();
  const auto flags = in.u8();
  if (flags > (succeeds | is_passive | needs_snapshot))
    in.fail();
  body.success = (flags & succeeds) != 0;
  body.passive = (flags & is_passive) != 0;
  body.wants_snapshot = (flags & needs_snapshot) != 0;
  body.match_index = in.varint();
  body.rejected_index = in.varint();
  body.conflict_term = in.varint();
  body.conflict_index = in.varint();
  return body;
}

snapshot_id decode_id(reader& in) {
  snapshot_id result;
  result.index = in.varint();
  result.term = in.varint();
  result.size = in.varint();
  result.checksum = in.u32();
  return result;
}

install_request decode_install_request(reader& in) {
  install_request body;
  body.term = in.varint();
  body.round = in.varint();
  body.snapshot = decode_id(in);
  body.offset = in.varint();
  body.checksum = in.u32();
  if (decode_flag(in))
    body.meta = decode_snapshot_meta(in);
  body.data = in.bytes();
  return body;
}

install_response decode_install_response(reader& in) {
  install_response body;
  body.term = in.varint();
  body.round = in.varint();
  body.snapshot = decode_id(in);
  body.received = in.varint();
  body.gap = decode_flag(in);
  return body;
}

/// A time on the cluster's clock; never negative.
duration decode_time(reader& in) {
  const auto time = in.varint();
  if (time > static_cast<std::uint64_t>(duration::max().count())) {
    in.fail();
    return {};
  }
  return duration{static_cast<std::int64_t>(time)};
}

message_body decode_body(reader& in) {
  switch (static_cast<wire_kind>(in.u8())) {
  case wire_kind::vote_request:
    return decode_vote_request(in);
  case wire_kind::vote_response:
    return decode_vote_response(in);
  case wire_kind::append_request:
    return decode_append_request(in);
  case wire_kind::append_response:
    return decode_append_response(in);
  case wire_kind::timeout_now:
    return timeout_now{in.varint()};
  case wire_kind::install_request:
    return decode_install_request(in);
  case wire_kind::install_response:
    return decode_install_response(in);
  }
  in.fail();
  return {};
}

} // namespace

void writer::u8(std::uint8_t value) {
  out_.push_back(static_cast<std::byte>(value));
}

void writer::u32(std::uint32_t value) {
  little_endian(value, out_);
}

void writer::u64(std::uint64_t value) {
  little_endian(value, out_);
}

void writer::varint(std::uint64_t value) {
  while (value >= 0x80) {
    out_.push_back(static_cast<std::byte>(value | 0x80));
    value >>= 7;
  }
  out_.push_back(static_cast<std::byte>(value));
}

void writer::raw(std::span<const std::byte> data) {
  out_.insert(out_.end(), data.begin(), data.end());
}

void writer::bytes(std::span<const std::byte> data) {
  varint(data.size());
  raw(data);
}

void writer::text(std::string_view value) {
  bytes(std::as_bytes(std::span{value.data(), value.size()}));
}

bool reader::take(std::size_t count) noexcept {
  if (!ok_ || remaining() < count) {
    ok_ = false;
    return false;
  }
  position_ += count;
  return true;
}

std::uint8_t reader::u8() {
  return take(1) ? static_cast<std::uint8_t>(source_.data()[position_ - 1]) : std::uint8_t{0};
}

std::uint32_t reader::u32() {
  return take(4) ? from_little_endian<std::uint32_t>(source_.data() + position_ - 4) : 0;
}

std::uint64_t reader::u64() {
  return take(8) ? from_little_endian<std::uint64_t>(source_.data() + position_ - 8) : 0;
}

std::uint64_t reader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = u8();
    // The tenth byte holds the one bit that is left; a value has one encoding only.
    if (!ok_ || (shift == 63 && byte > 1) || (shift > 0 && byte == 0)) {
      ok_ = false;
      return 0;
    }
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0)
      return value;
  }
  ok_ = false;
  return 0;
}

std::size_t reader::count(std::size_t min_size) {
  const auto value = varint();
  if (value > remaining() / std::max<std::size_t>(min_size, 1)) {
    ok_ = false;
    return 0;
  }
  return static_cast<std::size_t>(value);
}

blob reader::bytes() {
  const auto size = count(1);
  if (!take(size))
    return {};
  return source_.slice(position_ - size, size);
}

std::string reader::text(std::size_t max_size) {
  const auto value = bytes();
  if (value.size() > max_size) {
    ok_ = false;
    return {};
  }
  return std::string{value.text()};
}

blob reader::rest() {
  const auto size = ok_ ? remaining() : 0;
  return take(size) ? source_.slice(position_ - size, size) : blob{};
}

void encode(const member_id& value, writer& out) {
  out.text(value.peer);
  out.u64(value.incarnation.high);
  out.u64(value.incarnation.low);
}

void encode(const configuration& value, writer& out) {
  encode_members(value.voters, out);
  encode_members(value.outgoing, out);
  encode_members(value.learners, out);
  out.varint(value.retired.size());
  for (const auto& life : value.retired) {
    encode(life.member, out);
    out.varint(life.index);
  }
  out.varint(value.retired_floor);
}

void encode(const entry& value, writer& out) {
  out.varint(value.term);
  out.u8(static_cast<std::uint8_t>(value.kind));
  out.varint(static_cast<std::uint64_t>(value.cluster_time.count()));
  out.bytes(value.data.bytes());
}

void encode(const hard_state& value, writer& out) {
  out.varint(value.term);
  out.u8(value.vote ? 1 : 0);
  if (value.vote)
    encode(*value.vote, out);
}

void encode(const snapshot_meta& value, writer& out) {
  out.varint(value.index);
  out.varint(value.term);
  out.varint(static_cast<std::uint64_t>(value.cluster_time.count()));
  encode(value.members, out);
}

void encode(const message& value, writer& out) {
  out.varint(value.group);
  std::visit([&out](const auto& body) { encode_body(body, out); }, value.body);
}

member_id decode_member(reader& in) {
  member_id result;
  result.peer = in.text(max_peer_name);
  result.incarnation.high = in.u64();
  result.incarnation.low = in.u64();
  return result;
}

configuration decode_configuration(reader& in) {
  configuration result;
  result.voters = decode_members(in);
  result.outgoing = decode_members(in);
  result.learners = decode_members(in);
  const auto count = in.count(min_retired_size);
  result.retired.reserve(count);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    auto member = decode_member(in);
    result.retired.push_back({std::move(member), in.varint()});
  }
  result.retired_floor = in.varint();
  return result;
}

std::optional<configuration> read_configuration(const blob& data) {
  reader in{data};
  auto result = decode_configuration(in);
  if (!in.done() || !valid(result))
    return std::nullopt;
  return result;
}

entry decode_entry(reader& in) {
  entry result;
  result.term = in.varint();
  const auto kind = in.u8();
  if (kind > static_cast<std::uint8_t>(entry_kind::configuration))
    in.fail();
  result.kind = static_cast<entry_kind>(kind);
  result.cluster_time = decode_time(in);
  result.data = in.bytes();
  return result;
}

hard_state decode_hard_state(reader& in) {
  hard_state result;
  result.term = in.varint();
  if (decode_flag(in))
    result.vote = decode_member(in);
  return result;
}

snapshot_meta decode_snapshot_meta(reader& in) {
  snapshot_meta result;
  result.index = in.varint();
  result.term = in.varint();
  result.cluster_time = decode_time(in);
  result.members = decode_configuration(in);
  return result;
}

std::optional<message> decode_message(const blob& data) {
  reader in{data};
  message result;
  const auto group = in.varint();
  if (group > UINT32_MAX)
    return std::nullopt;
  result.group = static_cast<group_id>(group);
  result.body = decode_body(in);
  if (!in.done())
    return std::nullopt;
  return result;
}

std::size_t encoded_size(const entry& value) noexcept {
  constexpr std::size_t max_varint = 10;
  return 3 * max_varint + 1 + value.data.size();
}

blob to_blob(const message& value) {
  std::vector<std::byte> bytes;
  writer out{bytes};
  encode(value, out);
  return blob::from_vector(std::move(bytes));
}

blob to_blob(const configuration& value) {
  std::vector<std::byte> bytes;
  writer out{bytes};
  encode(value, out);
  return blob::from_vector(std::move(bytes));
}

} // namespace hamok::raft
