#pragma once

// Bytes of the structs that the client protocol carries.

#include "hamok/actors/interfaces/messages.hpp"
#include "hamok/raft/codec.hpp"

#include <vector>

namespace hamok {

void encode(const collection_spec& value, raft::writer& out);
void encode(const collection_status& value, raft::writer& out);
void encode(const std::vector<collection_status>& value, raft::writer& out);
void encode(const node_status& value, raft::writer& out);
void encode(const collection_event& value, raft::writer& out);
void encode(const node_snapshot& value, raft::writer& out);

[[nodiscard]] collection_spec decode_collection_spec(raft::reader& in);
[[nodiscard]] collection_status decode_collection_status(raft::reader& in);
[[nodiscard]] std::vector<collection_status> decode_collection_statuses(raft::reader& in);
[[nodiscard]] node_status decode_node_status(raft::reader& in);
[[nodiscard]] collection_event decode_collection_event(raft::reader& in);
[[nodiscard]] node_snapshot decode_node_snapshot(raft::reader& in);

} // namespace hamok
