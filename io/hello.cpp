#include "hamok/io/hello.hpp"

namespace hamok {

namespace {

bool contains(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

std::string missing_kinds(const hello_policy& policy, const hello& remote) {
  std::string result;
  for (const auto& kind : policy.state_kinds)
    if (!contains(remote.state_kinds, kind))
      result += (result.empty() ? "" : ", ") + kind;
  return result;
}

/// A peer id that is known under another incarnation, or our own id in somebody else's mouth.
bool is_other_incarnation(const hello_policy& policy, const raft::member_id& remote) {
  if (remote.peer == policy.self.peer)
    return remote != policy.self;
  return std::any_of(policy.members.begin(), policy.members.end(), [&remote](const auto& known) {
    return known.peer == remote.peer && known.incarnation != remote.incarnation;
  });
}

} // namespace

errc judge_hello(const hello_policy& policy, const link_hello& incoming) {
  const auto& remote = incoming.remote;
  if (remote.protocol_min > remote.protocol_max || remote.protocol_min > policy.protocol_max
      || remote.protocol_max < policy.protocol_min)
    return errc::refused_protocol;
  if (remote.cluster != policy.cluster)
    return errc::refused_cluster;
  if (remote.self.peer.empty() || remote.self.incarnation.none())
    return errc::refused_malformed;
  if (remote.self == policy.self)
    return errc::refused_self;
  if (!remote.cluster_id.none() && !policy.cluster_id.none()
      && remote.cluster_id != policy.cluster_id)
    return errc::refused_cluster;
  if (remote.self.peer != policy.self.peer && !contains(policy.peers, remote.self.peer))
    return errc::refused_stranger;
  if (is_other_incarnation(policy, remote.self))
    return errc::refused_incarnation;
  if (!missing_kinds(policy, remote).empty())
    return errc::refused_state_types;
  return errc::none;
}

std::string describe_refusal(errc reason, const hello_policy& policy, const link_hello& incoming) {
  const auto& remote = incoming.remote;
  switch (reason) {
  case errc::refused_protocol:
    return "it speaks versions " + std::to_string(remote.protocol_min) + " to "
           + std::to_string(remote.protocol_max) + " of the protocol, here are "
           + std::to_string(policy.protocol_min) + " to " + std::to_string(policy.protocol_max);
  case errc::refused_cluster:
    if (remote.cluster != policy.cluster)
      return "it belongs to cluster '" + remote.cluster + "', this is '" + policy.cluster + "'";
    return "it belongs to cluster id " + raft::to_string(remote.cluster_id) + ", this is "
           + raft::to_string(policy.cluster_id);
  case errc::refused_stranger:
    return "'" + remote.self.peer
           + "' is not one of the members that this cluster was founded with";
  case errc::refused_incarnation:
    return "'" + remote.self.peer + "' is a member under another incarnation";
  case errc::refused_state_types:
    return "it lacks the state types " + missing_kinds(policy, remote);
  case errc::refused_self:
    return "the endpoint is this very node";
  default:
    return explain(reason);
  }
}

link_identity identity_of(const link_hello& incoming, const std::string& self) {
  if (incoming.dialed)
    return {self, incoming.epoch, incoming.seen_epoch};
  return {incoming.remote.self.peer, incoming.epoch, incoming.seen_epoch};
}

bool is_better(const link_identity& first, const link_identity& second) {
  if (first.dialer == second.dialer)
    return first.epoch > second.epoch;
  const bool first_knew = first.seen_epoch >= second.epoch;
  const bool second_knew = second.seen_epoch >= first.epoch;
  if (first_knew != second_knew)
    return first_knew;
  return first.dialer < second.dialer;
}

} // namespace hamok
