#include "hamok/raft/word.hpp"

#include <utility>

namespace hamok::raft {

namespace {

/// What the smallest element of each list takes, so that a count is checked before it is reserved.
constexpr std::size_t min_member_size = 17;
constexpr std::size_t min_peer_size = 3;

constexpr std::size_t max_peer_name = 256;
constexpr std::size_t max_endpoint_size = 512;

void encode_id(const incarnation_id& value, writer& out) {
  out.u64(value.high);
  out.u64(value.low);
}

incarnation_id decode_id(reader& in) {
  incarnation_id result;
  result.high = in.u64();
  result.low = in.u64();
  return result;
}

bool decode_flag(reader& in) {
  const auto value = in.u8();
  if (value > 1)
    in.fail();
  return value == 1;
}

/// An enumeration whose last value is `last`.
template <class Enum>
Enum decode_enum(reader& in, Enum last) {
  const auto value = in.u8();
  if (value > static_cast<std::uint8_t>(last)) {
    in.fail();
    return Enum{};
  }
  return static_cast<Enum>(value);
}

void encode_members(const std::vector<member_id>& value, writer& out) {
  out.varint(value.size());
  for (const auto& member : value)
    encode(member, out);
}

/// No list between nodes is longer.
constexpr std::size_t max_listed = 256;

std::size_t decode_count(reader& in, std::size_t min_size) {
  const auto count = in.count(min_size);
  if (count > max_listed)
    in.fail();
  return count;
}

std::vector<member_id> decode_members(reader& in) {
  std::vector<member_id> result;
  const auto count = decode_count(in, min_member_size);
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    result.push_back(decode_member(in));
  return result;
}

// -- one pair of functions for each word ----------------------------------------------------------

void encode_body(const founding_word& value, writer& out) {
  out.u32(value.expect);
  encode_members(value.seen, out);
  out.u8(value.list ? 1 : 0);
  if (value.list) {
    encode_id(value.list->cluster, out);
    encode_members(value.list->founders, out);
    encode_members(value.list->accepted, out);
  }
  out.varint(value.spent.size());
  for (const auto& spent : value.spent) {
    encode(spent.life, out);
    encode_id(spent.cluster, out);
  }
}

founding_word decode_founding(reader& in) {
  founding_word result;
  result.expect = in.u32();
  result.seen = decode_members(in);
  if (decode_flag(in)) {
    auto& list = result.list.emplace();
    list.cluster = decode_id(in);
    list.founders = decode_members(in);
    list.accepted = decode_members(in);
  }
  const auto count = decode_count(in, min_member_size);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    auto life = decode_member(in);
    result.spent.push_back({std::move(life), decode_id(in)});
  }
  return result;
}

void encode_body(const cluster_news& value, writer& out) {
  encode_id(value.cluster, out);
  encode_members(value.founders, out);
  encode(value.members, out);
  out.varint(value.index);
  out.varint(value.born_after);
  out.u8(value.asks ? 1 : 0);
}

cluster_news decode_news(reader& in) {
  cluster_news result;
  result.cluster = decode_id(in);
  result.founders = decode_members(in);
  result.members = decode_configuration(in);
  result.index = in.varint();
  result.born_after = in.varint();
  result.asks = decode_flag(in);
  return result;
}

void encode_body(const directory_news& value, writer& out) {
  encode(value.peers, out);
}

void encode_body(const change_order& value, writer& out) {
  out.u64(value.order);
  out.u64(value.attempt);
  out.u8(static_cast<std::uint8_t>(value.what.kind));
  encode(value.what.member, out);
  out.varint(value.what.born_after);
}

change_order decode_order(reader& in) {
  change_order result;
  result.order = in.u64();
  result.attempt = in.u64();
  result.what.kind = decode_enum(in, change_kind::remove);
  result.what.member = decode_member(in);
  result.what.born_after = in.varint();
  return result;
}

void encode_body(const change_reply& value, writer& out) {
  out.u64(value.order);
  out.u64(value.attempt);
  const auto& outcome = value.outcome;
  out.u8(outcome.refused ? 1 : 0);
  if (outcome.refused)
    out.u8(static_cast<std::uint8_t>(*outcome.refused));
  out.u8(outcome.done ? 1 : 0);
  out.varint(outcome.index);
  encode(outcome.member, out);
  out.u8(outcome.leader ? 1 : 0);
  if (outcome.leader)
    encode(*outcome.leader, out);
}

change_reply decode_reply(reader& in) {
  change_reply result;
  result.order = in.u64();
  result.attempt = in.u64();
  auto& outcome = result.outcome;
  if (decode_flag(in))
    outcome.refused = decode_enum(in, change_refusal::malformed);
  outcome.done = decode_flag(in);
  outcome.index = in.varint();
  outcome.member = decode_member(in);
  if (decode_flag(in))
    outcome.leader = decode_member(in);
  return result;
}

node_word decode_body(reader& in) {
  switch (in.u8()) {
  case 0:
    return decode_founding(in);
  case 1:
    return decode_news(in);
  case 2:
    return directory_news{decode_peers(in)};
  case 3:
    return decode_order(in);
  case 4:
    return decode_reply(in);
  default:
    in.fail();
    return directory_news{};
  }
}

} // namespace

void encode(const std::vector<known_peer>& value, writer& out) {
  out.varint(value.size());
  for (const auto& peer : value) {
    out.text(peer.peer);
    out.text(peer.endpoint);
    out.varint(peer.version);
  }
}

std::vector<known_peer> decode_peers(reader& in) {
  std::vector<known_peer> result;
  const auto count = decode_count(in, min_peer_size);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    known_peer peer;
    peer.peer = in.text(max_peer_name);
    peer.endpoint = in.text(max_endpoint_size);
    peer.version = in.varint();
    result.push_back(std::move(peer));
  }
  return result;
}

void encode(const node_word& value, writer& out) {
  out.u8(static_cast<std::uint8_t>(value.index()));
  std::visit([&out](const auto& body) { encode_body(body, out); }, value);
}

std::optional<node_word> decode_word(const blob& data) {
  reader in{data};
  auto result = decode_body(in);
  if (!in.done())
    return std::nullopt;
  return result;
}

blob to_blob(const node_word& value) {
  std::vector<std::byte> bytes;
  writer out{bytes};
  encode(value, out);
  return blob::from_vector(std::move(bytes));
}

} // namespace hamok::raft
