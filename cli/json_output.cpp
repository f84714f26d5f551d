#include "hamok/cli/json_output.hpp"

namespace hamok::cli {

using nlohmann::ordered_json;

std::string hex(const blob& bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string result;
  for (const auto byte : bytes.bytes()) {
    const auto value = std::to_integer<unsigned>(byte);
    result += digits[value >> 4U];
    result += digits[value & 15U];
  }
  return result;
}

ordered_json to_json(const collection_status& value) {
  return {{"name", value.name},
          {"kind", value.kind},
          {"created", value.number != 0},
          {"number", value.number},
          {"size", value.size},
          {"digest", hex(value.content_digest())},
          {"sessions_digest", hex(value.sessions_digest())},
          {"applied_index", value.applied_index},
          {"sessions", value.sessions},
          {"outstanding", value.outstanding},
          {"closed", value.closed}};
}

ordered_json members_json(const node_status& value) {
  auto members = ordered_json::array();
  for (const auto& member : value.members)
    members.push_back({{"peer_id", member.id.peer},
                       {"incarnation", raft::to_string(member.id.incarnation)},
                       {"endpoint", member.endpoint},
                       {"linked", member.linked},
                       {"voter", member.voter},
                       {"learner", member.learner},
                       {"leader", value.view.leader == member.id}});
  return members;
}

ordered_json to_json(const node_status& value) {
  auto collections = ordered_json::array();
  for (const auto& collection : value.collections)
    collections.push_back(to_json(collection));
  const auto& view = value.view;
  ordered_json leader = nullptr;
  if (view.leader)
    leader = view.leader->peer;
  return {{"peer_id", value.peer_id},
          {"incarnation", raft::to_string(value.incarnation)},
          {"cluster", value.cluster},
          {"cluster_id", raft::to_string(value.cluster_id)},
          {"listening", value.listening},
          {"running", value.running},
          {"standing", raft::to_string(value.standing)},
          {"state", raft::to_string(view.role)},
          {"term", view.term},
          {"leader", std::move(leader)},
          {"commit_index", view.commit_index},
          {"last_index", view.last_index},
          {"applied_index", value.applied_index},
          {"members", members_json(value)},
          {"collections", std::move(collections)}};
}

std::string line(const ordered_json& value) {
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

} // namespace hamok::cli
