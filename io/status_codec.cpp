#include "hamok/io/status_codec.hpp"

#include "hamok/io/wire.hpp"

#include <utility>

namespace hamok {

namespace {

constexpr std::size_t min_status_bytes = 8;
constexpr std::size_t min_member_status_bytes = 4;

void encode_flag(bool value, raft::writer& out) {
  out.u8(value ? 1 : 0);
}

bool decode_flag(raft::reader& in) {
  const auto value = in.u8();
  if (value > 1)
    in.fail();
  return value == 1;
}

void encode_view(const role_view& value, raft::writer& out) {
  out.u8(static_cast<std::uint8_t>(value.role));
  out.u64(value.term);
  encode_flag(value.leader.has_value(), out);
  if (value.leader)
    encode(*value.leader, out);
  out.u64(value.commit_index);
  out.u64(value.last_index);
  out.u64(value.durable_index);
  encode(value.members, out);
}

role_view decode_view(raft::reader& in) {
  role_view result;
  const auto role = in.u8();
  if (role > static_cast<std::uint8_t>(raft::role::leader))
    in.fail();
  else
    result.role = static_cast<raft::role>(role);
  result.term = in.u64();
  if (decode_flag(in))
    result.leader = raft::decode_member(in);
  result.commit_index = in.u64();
  result.last_index = in.u64();
  result.durable_index = in.u64();
  result.members = raft::decode_configuration(in);
  return result;
}

void encode_member_status(const member_status& value, raft::writer& out) {
  encode(value.id, out);
  out.text(value.endpoint);
  encode_flag(value.linked, out);
  encode_flag(value.voter, out);
  encode_flag(value.learner, out);
}

member_status decode_member_status(raft::reader& in) {
  member_status result;
  result.id = raft::decode_member(in);
  result.endpoint = in.text(max_wire_name);
  result.linked = decode_flag(in);
  result.voter = decode_flag(in);
  result.learner = decode_flag(in);
  return result;
}

} // namespace

void encode(const collection_spec& value, raft::writer& out) {
  out.text(value.name);
  out.text(value.kind);
  out.bytes(value.options.bytes());
  out.bytes(value.initial.bytes());
  encode_id(value.creator, out);
}

collection_spec decode_collection_spec(raft::reader& in) {
  collection_spec result;
  result.name = in.text(max_wire_name);
  result.kind = in.text(max_wire_name);
  result.options = in.bytes();
  result.initial = in.bytes();
  result.creator = decode_id(in);
  return result;
}

void encode(const collection_status& value, raft::writer& out) {
  out.text(value.name);
  out.text(value.kind);
  out.u64(value.number);
  encode_flag(value.existed, out);
  encode_flag(value.closed, out);
  out.u64(value.size);
  out.u64(value.applied_index);
  out.bytes(value.digest.bytes());
  out.u64(value.outstanding);
  out.u64(value.sessions);
}

collection_status decode_collection_status(raft::reader& in) {
  collection_status result;
  result.name = in.text(max_wire_name);
  result.kind = in.text(max_wire_name);
  result.number = in.u64();
  result.existed = decode_flag(in);
  result.closed = decode_flag(in);
  result.size = in.u64();
  result.applied_index = in.u64();
  result.digest = in.bytes();
  result.outstanding = in.u64();
  result.sessions = in.u64();
  return result;
}

void encode(const std::vector<collection_status>& value, raft::writer& out) {
  out.varint(value.size());
  for (const auto& status : value)
    encode(status, out);
}

std::vector<collection_status> decode_collection_statuses(raft::reader& in) {
  std::vector<collection_status> result;
  const auto count = in.count(min_status_bytes);
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    result.push_back(decode_collection_status(in));
  return result;
}

void encode(const node_status& value, raft::writer& out) {
  out.text(value.peer_id);
  encode_id(value.incarnation, out);
  out.text(value.cluster);
  encode_id(value.cluster_id, out);
  out.text(value.listening);
  encode_view(value.view, out);
  out.u64(value.applied_index);
  out.varint(value.members.size());
  for (const auto& member : value.members)
    encode_member_status(member, out);
  encode(value.collections, out);
  encode_flag(value.running, out);
  out.u8(static_cast<std::uint8_t>(value.standing));
}

node_status decode_node_status(raft::reader& in) {
  node_status result;
  result.peer_id = in.text(max_wire_name);
  result.incarnation = decode_id(in);
  result.cluster = in.text(max_wire_name);
  result.cluster_id = decode_id(in);
  result.listening = in.text(max_wire_name);
  result.view = decode_view(in);
  result.applied_index = in.u64();
  const auto count = in.count(min_member_status_bytes);
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    result.members.push_back(decode_member_status(in));
  result.collections = decode_collection_statuses(in);
  result.running = decode_flag(in);
  const auto standing = in.u8();
  if (standing > static_cast<std::uint8_t>(raft::standing::removed))
    in.fail();
  else
    result.standing = static_cast<raft::standing>(standing);
  return result;
}

void encode(const collection_event& value, raft::writer& out) {
  out.text(value.collection);
  out.u8(value.kind);
  out.bytes(value.key.bytes());
  out.bytes(value.old_value.bytes());
  out.bytes(value.new_value.bytes());
  out.u64(value.index);
}

collection_event decode_collection_event(raft::reader& in) {
  collection_event result;
  result.collection = in.text(max_wire_name);
  result.kind = in.u8();
  result.key = in.bytes();
  result.old_value = in.bytes();
  result.new_value = in.bytes();
  result.index = in.u64();
  return result;
}

} // namespace hamok
