#include "hamok/io/wire.hpp"

#include "hamok/actors/interfaces/config.hpp"

#include <string_view>
#include <utility>

namespace hamok {

namespace {

/// First bytes of every hello: "HMK1". The last one changes only when even the hello does.
constexpr std::uint32_t hello_magic = 0x314B4D48;

/// The hello has a place for authentication, of which version 1 of the protocol has only "none".
constexpr std::uint8_t auth_none = 0;

/// What the smallest element of each list takes, so that a count is checked before it is reserved.
constexpr std::size_t min_text_bytes = 1;
constexpr std::size_t min_blob_bytes = 1;

} // namespace

void encode_u16(std::uint16_t value, raft::writer& out) {
  out.u8(static_cast<std::uint8_t>(value & 0xFF));
  out.u8(static_cast<std::uint8_t>(value >> 8));
}

std::uint16_t decode_u16(raft::reader& in) {
  const unsigned low = in.u8();
  const unsigned high = in.u8();
  return static_cast<std::uint16_t>(low | (high << 8));
}

void encode_code(errc value, raft::writer& out) {
  out.u8(static_cast<std::uint8_t>(value));
}

errc decode_code(raft::reader& in, errc unknown) {
  const auto value = in.u8();
  if (value > static_cast<std::uint8_t>(last_errc))
    return unknown;
  return static_cast<errc>(value);
}

void encode_id(const raft::incarnation_id& value, raft::writer& out) {
  out.u64(value.high);
  out.u64(value.low);
}

raft::incarnation_id decode_id(raft::reader& in) {
  raft::incarnation_id result;
  result.high = in.u64();
  result.low = in.u64();
  return result;
}

void encode_text(const std::string& value, raft::writer& out) {
  out.text(std::string_view{value}.substr(0, max_text_size));
}

void encode_endpoints(const std::vector<peer_endpoint>& value, raft::writer& out) {
  out.varint(value.size());
  for (const auto& member : value) {
    out.text(member.peer);
    out.text(member.endpoint);
  }
}

std::vector<peer_endpoint> decode_endpoints(raft::reader& in) {
  std::vector<peer_endpoint> result;
  const auto count = in.count(2 * min_text_bytes);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    peer_endpoint member;
    member.peer = in.text(max_wire_name);
    member.endpoint = in.text(max_wire_name);
    result.push_back(std::move(member));
  }
  return result;
}

void encode(const hello& value, raft::writer& out) {
  out.u32(hello_magic);
  encode_u16(value.protocol_min, out);
  encode_u16(value.protocol_max, out);
  out.text(value.cluster);
  encode_id(value.cluster_id, out);
  encode(value.self, out);
  out.text(value.endpoint);
  raft::encode(value.known_members, out);
  out.u8(value.born_after ? 1 : 0);
  out.u64(value.born_after.value_or(0));
  out.u64(value.epoch);
  out.u64(value.seen_epoch);
  out.text(value.app_data);
  out.varint(value.state_kinds.size());
  for (const auto& kind : value.state_kinds)
    out.text(kind);
  out.u8(auth_none);
  out.bytes({});
}

std::optional<hello> decode_hello(const blob& payload) {
  raft::reader in{payload};
  hello result;
  if (in.u32() != hello_magic)
    return std::nullopt;
  result.protocol_min = decode_u16(in);
  result.protocol_max = decode_u16(in);
  result.cluster = in.text(max_wire_name);
  result.cluster_id = decode_id(in);
  result.self = raft::decode_member(in);
  result.endpoint = in.text(max_wire_name);
  result.known_members = raft::decode_peers(in);
  const auto is_born = in.u8() != 0;
  if (const auto index = in.u64(); is_born)
    result.born_after = index;
  result.epoch = in.u64();
  result.seen_epoch = in.u64();
  result.app_data = in.text(max_app_data_size);
  const auto count = in.count(min_text_bytes);
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    result.state_kinds.push_back(in.text(max_wire_name));
  const auto method = in.u8();
  const auto proof = in.bytes();
  static_cast<void>(method); // without a secret, whatever proof is offered is good enough
  static_cast<void>(proof);
  return exactly(in, std::move(result));
}

void encode(const refusal& value, raft::writer& out) {
  encode_code(value.reason, out);
  encode_text(value.text, out);
}

std::optional<refusal> decode_refusal(const blob& payload) {
  raft::reader in{payload};
  refusal result;
  result.reason = decode_code(in);
  result.text = in.text(max_text_size);
  return exactly(in, std::move(result));
}

void encode(const proposal_batch& value, raft::writer& out) {
  out.u64(value.origin);
  out.u64(value.token);
  out.varint(value.commands.size());
  for (const auto& command : value.commands)
    out.bytes(command.bytes());
}

std::optional<proposal_batch> decode_proposal_batch(const blob& payload) {
  raft::reader in{payload};
  proposal_batch result;
  result.origin = in.u64();
  result.token = in.u64();
  const auto count = in.count(min_blob_bytes);
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    result.commands.push_back(in.bytes());
  return exactly(in, std::move(result));
}

void encode(const proposal_refused& value, raft::writer& out) {
  out.u64(value.origin);
  out.u64(value.token);
  encode_code(value.reason, out);
}

std::optional<proposal_refused> decode_proposal_refused(const blob& payload) {
  raft::reader in{payload};
  proposal_refused result;
  result.origin = in.u64();
  result.token = in.u64();
  result.reason = decode_code(in);
  return exactly(in, std::move(result));
}

void encode(const direct_message& value, raft::writer& out) {
  out.u64(value.collection);
  out.u64(value.origin);
  out.u64(value.request);
  out.bytes(value.content.bytes());
}

std::optional<direct_message> decode_direct_message(const blob& payload) {
  raft::reader in{payload};
  direct_message result;
  result.collection = in.u64();
  result.origin = in.u64();
  result.request = in.u64();
  result.content = in.bytes();
  return exactly(in, std::move(result));
}

void encode(const direct_reply& value, raft::writer& out) {
  out.u64(value.origin);
  out.u64(value.request);
  encode_code(value.reason, out);
}

std::optional<direct_reply> decode_direct_reply(const blob& payload) {
  raft::reader in{payload};
  direct_reply result;
  result.origin = in.u64();
  result.request = in.u64();
  result.reason = decode_code(in);
  return exactly(in, std::move(result));
}

} // namespace hamok
