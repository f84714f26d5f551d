#pragma once

// Snapshots as JSON, which people can read and write, and as CBOR, which is smaller and faster.
//
//   {"format": "hamok-snapshot", "version": 1, "cluster": "hamok", "cluster_id": "0123...",
//    "index": 17, "term": 2, "members": [{"id": "a", "voter": true}],
//    "collections": [
//      {"name": "users", "kind": "map", "entries": [{"key": "alice", "value": {"base64":
//      "VA=="}}]},
//      {"name": "hits", "kind": "counter", "content": {"base64": "AAAABw=="}}]}
//
// Bytes (names, keys, values, content) are a text where they are valid UTF-8, and exactly that
// text's bytes; an object with their base64 otherwise. In CBOR they are byte strings. Readers take
// each of the three in both. What a field other than these says is an error.

#include "hamok/actors/interfaces/messages.hpp"

#include <caf/expected.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hamok {

/// As text, indented by so many spaces; negative: in one line.
[[nodiscard]] std::string to_json_text(const node_snapshot& value, int indent = 1);
[[nodiscard]] std::string to_json_text(const collection_snapshot& value, int indent = 1);
/// As CBOR (RFC 8949).
[[nodiscard]] std::vector<std::uint8_t> to_cbor(const node_snapshot& value);
[[nodiscard]] std::vector<std::uint8_t> to_cbor(const collection_snapshot& value);

/// As a tree: `nlohmann::json tree = snapshot;`
void to_json(nlohmann::json& out, const node_snapshot& value);
void to_json(nlohmann::json& out, const collection_snapshot& value);

// Each reads all of its input, or fails with `snapshot_failed` and the place that is wrong, such as
// `collections[2].entries[17].key: it is not base64`. Whether the content is what its kind writes
// is seen when it is imported.

[[nodiscard]] caf::expected<node_snapshot> node_snapshot_from(const nlohmann::json& tree);
[[nodiscard]] caf::expected<node_snapshot> node_snapshot_from_json(std::string_view text);
[[nodiscard]] caf::expected<node_snapshot>
node_snapshot_from_cbor(std::span<const std::uint8_t> bytes);

[[nodiscard]] caf::expected<collection_snapshot>
collection_snapshot_from(const nlohmann::json& tree);
[[nodiscard]] caf::expected<collection_snapshot>
collection_snapshot_from_json(std::string_view text);
[[nodiscard]] caf::expected<collection_snapshot>
collection_snapshot_from_cbor(std::span<const std::uint8_t> bytes);

} // namespace hamok
