// Bytes of snapshots that clients export and import.

#include "hamok/io/status_codec.hpp"
#include "hamok/io/wire.hpp"

#include <utility>

namespace hamok {

namespace {

constexpr std::size_t min_member_size = 2;
constexpr std::size_t min_collection_size = 4;

} // namespace

void encode(const node_snapshot& value, raft::writer& out) {
  out.u32(value.version);
  out.text(value.cluster);
  encode_id(value.cluster_id, out);
  out.u64(value.index);
  out.u64(value.term);
  out.varint(value.members.size());
  for (const auto& member : value.members) {
    out.text(member.id);
    out.u8(member.voter ? 1 : 0);
  }
  out.varint(value.collections.size());
  for (const auto& one : value.collections) {
    out.text(one.name);
    out.text(one.kind);
    out.bytes(one.options.bytes());
    out.bytes(one.content.bytes());
  }
}

node_snapshot decode_node_snapshot(raft::reader& in) {
  node_snapshot result;
  result.version = in.u32();
  result.cluster = in.text(max_wire_name);
  result.cluster_id = decode_id(in);
  result.index = in.u64();
  result.term = in.u64();
  const auto members = in.count(min_member_size);
  for (std::size_t i = 0; i < members && in.ok(); ++i) {
    snapshot_member member;
    member.id = in.text(max_wire_name);
    const auto voter = in.u8();
    if (voter > 1)
      in.fail();
    member.voter = voter == 1;
    result.members.push_back(std::move(member));
  }
  const auto collections = in.count(min_collection_size);
  for (std::size_t i = 0; i < collections && in.ok(); ++i) {
    collection_snapshot one;
    one.name = in.text(max_wire_name);
    one.kind = in.text(max_wire_name);
    one.options = in.bytes();
    one.content = in.bytes();
    result.collections.push_back(std::move(one));
  }
  return result;
}

} // namespace hamok
