#include "hamok/io/client_protocol.hpp"

#include "hamok/io/status_codec.hpp"
#include "hamok/io/wire.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace hamok {

namespace {

/// First bytes of every client hello: "HMC1".
constexpr std::uint32_t client_magic = 0x31434D48;

constexpr std::size_t max_subscriptions = 1024;

/// Application data is the largest text in an event.
constexpr std::size_t max_field_size = std::size_t{64} << 10;
constexpr std::size_t min_field_bytes = 3;

void encode_timeout(caf::timespan value, raft::writer& out) {
  const auto bounded = std::clamp<caf::timespan>(value, caf::timespan{0}, max_client_timeout);
  out.u64(static_cast<std::uint64_t>(bounded.count()));
}

caf::timespan decode_timeout(raft::reader& in) {
  const auto longest = static_cast<std::uint64_t>(max_client_timeout.count());
  return caf::timespan{static_cast<std::int64_t>(std::min(in.u64(), longest))};
}

// -- bodies of requests, each with its way back ---------------------------------------------------

void encode_body(const status_request&, raft::writer&) {}
void encode_body(const list_collections_request&, raft::writer&) {}

void encode_body(const open_collection_request& value, raft::writer& out) {
  encode(value.spec, out);
  encode_timeout(value.timeout, out);
}

void encode_body(const execute_request& value, raft::writer& out) {
  out.text(value.collection);
  encode_id(value.session, out);
  out.u64(value.sequence);
  out.u64(value.first_outstanding);
  out.bytes(value.command.bytes());
  encode_timeout(value.timeout, out);
  out.u64(value.opened_after);
}

void encode_body(const read_request& value, raft::writer& out) {
  out.text(value.collection);
  out.bytes(value.query.bytes());
}

void encode_body(const collection_status_request& value, raft::writer& out) {
  out.text(value.collection);
}

void encode_body(const subscribe_request& value, raft::writer& out) {
  out.u8(value.node ? 1 : 0);
  out.varint(value.collections.size());
  for (const auto& name : value.collections)
    out.text(name);
}

void encode_body(const await_leader_request& value, raft::writer& out) {
  encode_timeout(value.timeout, out);
}

void encode_body(const await_commit_head_request& value, raft::writer& out) {
  encode_timeout(value.timeout, out);
}

void encode_body(const transfer_leadership_request& value, raft::writer& out) {
  out.text(value.to);
  encode_timeout(value.timeout, out);
}

void encode_body(const member_change_request& value, raft::writer& out) {
  out.u8(value.remove ? 1 : 0);
  out.text(value.peer);
  out.text(value.endpoint);
  encode_timeout(value.timeout, out);
}

void encode_body(const compact_request& value, raft::writer& out) {
  out.u64(value.up_to);
}

void encode_body(const export_request& value, raft::writer& out) {
  encode_timeout(value.timeout, out);
}

void encode_body(const import_request& value, raft::writer& out) {
  encode(value.snapshot, out);
  encode_id(value.id, out);
  encode_timeout(value.timeout, out);
}

execute_request decode_execute(raft::reader& in) {
  execute_request result;
  result.collection = in.text(max_wire_name);
  result.session = decode_id(in);
  result.sequence = in.u64();
  result.first_outstanding = in.u64();
  result.command = in.bytes();
  result.timeout = decode_timeout(in);
  result.opened_after = in.u64();
  return result;
}

open_collection_request decode_open(raft::reader& in) {
  open_collection_request result;
  result.spec = decode_collection_spec(in);
  result.timeout = decode_timeout(in);
  return result;
}

read_request decode_read(raft::reader& in) {
  read_request result;
  result.collection = in.text(max_wire_name);
  result.query = in.bytes();
  return result;
}

subscribe_request decode_subscribe(raft::reader& in) {
  subscribe_request result;
  result.node = in.u8() != 0;
  const auto count = in.count(1);
  if (count > max_subscriptions)
    in.fail();
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    result.collections.push_back(in.text(max_wire_name));
  return result;
}

member_change_request decode_member_change(raft::reader& in) {
  member_change_request result;
  const auto remove = in.u8();
  if (remove > 1)
    in.fail();
  result.remove = remove == 1;
  result.peer = in.text(max_wire_name);
  result.endpoint = in.text(max_wire_name);
  result.timeout = decode_timeout(in);
  return result;
}

import_request decode_import(raft::reader& in) {
  import_request result;
  result.snapshot = decode_node_snapshot(in);
  result.id = decode_id(in);
  result.timeout = decode_timeout(in);
  return result;
}

client_request_body decode_request_body(std::uint8_t kind, raft::reader& in) {
  switch (kind) {
  case 0:
    return status_request{};
  case 1:
    return list_collections_request{};
  case 2:
    return decode_open(in);
  case 3:
    return decode_execute(in);
  case 4:
    return decode_read(in);
  case 5:
    return collection_status_request{in.text(max_wire_name)};
  case 6:
    return decode_subscribe(in);
  case 7:
    return await_leader_request{decode_timeout(in)};
  case 8:
    return await_commit_head_request{decode_timeout(in)};
  case 9: {
    auto to = in.text(max_wire_name);
    return transfer_leadership_request{std::move(to), decode_timeout(in)};
  }
  case 10:
    return decode_member_change(in);
  case 11:
    return compact_request{in.u64()};
  case 12:
    return export_request{decode_timeout(in)};
  case 13:
    return decode_import(in);
  default:
    in.fail();
    return status_request{};
  }
}

// -- bodies of responses and events ---------------------------------------------------------------

void encode_body(std::monostate, raft::writer&) {}

void encode_body(const blob& value, raft::writer& out) {
  out.bytes(value.bytes());
}

void encode_body(const std::string& value, raft::writer& out) {
  encode_text(value, out);
}

void encode_body(std::uint64_t value, raft::writer& out) {
  out.u64(value);
}

void encode_body(const event_text& value, raft::writer& out) {
  encode_text(value.name, out);
  out.varint(value.fields.size());
  for (const auto& field : value.fields) {
    encode_text(field.name, out);
    out.text(std::string_view{field.value}.substr(0, max_field_size));
    out.u8(static_cast<std::uint8_t>(field.what));
  }
}

event_text decode_event_text(raft::reader& in) {
  event_text result;
  result.name = in.text(max_text_size);
  const auto count = in.count(min_field_bytes);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    event_field field;
    field.name = in.text(max_text_size);
    field.value = in.text(max_field_size);
    const auto what = in.u8();
    if (what > static_cast<std::uint8_t>(event_field::kind::json))
      in.fail();
    field.what = static_cast<event_field::kind>(what);
    result.fields.push_back(std::move(field));
  }
  return result;
}

void encode_body(const event::lagged& value, raft::writer& out) {
  out.u64(value.count);
}

template <class T>
requires requires(const T& value, raft::writer& out) {
  encode(value, out);
}
void encode_body(const T& value, raft::writer& out) {
  encode(value, out);
}

client_response_body decode_response_body(std::uint8_t kind, raft::reader& in) {
  switch (kind) {
  case 0:
    return std::monostate{};
  case 1:
    return in.bytes();
  case 2:
    return in.text(max_text_size);
  case 3:
    return decode_node_status(in);
  case 4:
    return decode_collection_status(in);
  case 5:
    return decode_collection_statuses(in);
  case 6:
    return in.u64();
  case 7:
    return decode_node_snapshot(in);
  default:
    in.fail();
    return std::monostate{};
  }
}

client_event_body decode_event_body(std::uint8_t kind, raft::reader& in) {
  switch (kind) {
  case 0:
    return decode_event_text(in);
  case 1:
    return decode_collection_event(in);
  case 2:
    return event::lagged{in.u64()};
  default:
    in.fail();
    return event::lagged{};
  }
}

template <class Variant>
void encode_variant(const Variant& value, raft::writer& out) {
  out.u8(static_cast<std::uint8_t>(value.index()));
  std::visit([&out](const auto& body) { encode_body(body, out); }, value);
}

/// Writes the payload straight into the buffer that will be sent.
template <class F>
void with_frame(std::vector<std::byte>& out, frame_type type, F encode_payload) {
  const auto begin = begin_frame(out);
  raft::writer payload{out};
  encode_payload(payload);
  finish_frame(out, begin, type, 0);
}

} // namespace

void append_frame(std::vector<std::byte>& out, const client_hello& value) {
  with_frame(out, frame_type::client_hello, [&value](raft::writer& payload) {
    payload.u32(client_magic);
    encode_u16(value.protocol_min, payload);
    encode_u16(value.protocol_max, payload);
    payload.text(value.cluster);
    payload.text(value.name);
    payload.u8(0); // authentication: none
    payload.bytes({});
  });
}

void append_frame(std::vector<std::byte>& out, const client_welcome& value) {
  with_frame(out, frame_type::client_welcome, [&value](raft::writer& payload) {
    encode_u16(value.protocol, payload);
    payload.text(value.peer_id);
    encode_id(value.cluster_id, payload);
    payload.text(value.leader);
    encode_endpoints(value.members, payload);
  });
}

void append_frame(std::vector<std::byte>& out, const client_request& value) {
  with_frame(out, frame_type::client_request, [&value](raft::writer& payload) {
    payload.u64(value.id);
    encode_variant(value.body, payload);
  });
}

void append_frame(std::vector<std::byte>& out, const client_response& value) {
  with_frame(out, frame_type::client_response, [&value](raft::writer& payload) {
    payload.u64(value.id);
    encode_code(value.code, payload);
    encode_text(value.text, payload);
    encode_variant(value.body, payload);
  });
}

void append_frame(std::vector<std::byte>& out, const client_event& value) {
  with_frame(out, frame_type::client_event, [&value](raft::writer& payload) {
    payload.u64(value.id);
    encode_variant(value.body, payload);
  });
}

std::optional<client_hello> decode_client_hello(const blob& payload) {
  raft::reader in{payload};
  client_hello result;
  if (in.u32() != client_magic)
    return std::nullopt;
  result.protocol_min = decode_u16(in);
  result.protocol_max = decode_u16(in);
  result.cluster = in.text(max_wire_name);
  result.name = in.text(max_wire_name);
  static_cast<void>(in.u8());
  static_cast<void>(in.bytes());
  return exactly(in, std::move(result));
}

std::optional<client_welcome> decode_client_welcome(const blob& payload) {
  raft::reader in{payload};
  client_welcome result;
  result.protocol = decode_u16(in);
  result.peer_id = in.text(max_wire_name);
  result.cluster_id = decode_id(in);
  result.leader = in.text(max_wire_name);
  result.members = decode_endpoints(in);
  return exactly(in, std::move(result));
}

std::optional<client_request> decode_client_request(const blob& payload) {
  raft::reader in{payload};
  client_request result;
  result.id = in.u64();
  result.body = decode_request_body(in.u8(), in);
  return exactly(in, std::move(result));
}

std::optional<client_response> decode_client_response(const blob& payload) {
  raft::reader in{payload};
  client_response result;
  result.id = in.u64();
  result.code = decode_code(in, errc::outcome_unknown);
  result.text = in.text(max_text_size);
  result.body = decode_response_body(in.u8(), in);
  return exactly(in, std::move(result));
}

std::optional<client_event> decode_client_event(const blob& payload) {
  raft::reader in{payload};
  client_event result;
  result.id = in.u64();
  result.body = decode_event_body(in.u8(), in);
  return exactly(in, std::move(result));
}

bool may_change(const client_request_body& body) {
  return std::holds_alternative<execute_request>(body)
         || std::holds_alternative<open_collection_request>(body)
         || std::holds_alternative<transfer_leadership_request>(body)
         || std::holds_alternative<member_change_request>(body)
         || std::holds_alternative<import_request>(body);
}

} // namespace hamok
