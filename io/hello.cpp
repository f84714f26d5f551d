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

errc reason_of(raft::verdict value) {
  switch (value) {
  case raft::verdict::welcome:
    return errc::none;
  case raft::verdict::own_life:
    return errc::refused_self;
  case raft::verdict::name_taken:
    return errc::refused_name_taken;
  case raft::verdict::other_cluster:
    return errc::refused_cluster;
  case raft::verdict::retired:
    return errc::refused_retired;
  case raft::verdict::too_many_guests:
    return errc::overloaded;
  }
  return errc::refused_malformed;
}

} // namespace

raft::newcomer newcomer_in(const link_hello& incoming) {
  const auto& remote = incoming.remote;
  return {remote.self, remote.cluster_id, remote.born_after};
}

errc judge_hello(const hello_policy& policy, const link_hello& incoming) {
  const auto& remote = incoming.remote;
  if (remote.protocol_min > remote.protocol_max || remote.protocol_min > policy.protocol_max
      || remote.protocol_max < policy.protocol_min)
    return errc::refused_protocol;
  if (remote.cluster != policy.cluster)
    return errc::refused_cluster;
  if (remote.self.peer.empty() || remote.self.incarnation.none())
    return errc::refused_malformed;
  const auto verdict = raft::judge(policy.admission, newcomer_in(incoming));
  if (verdict != raft::verdict::welcome)
    return reason_of(verdict);
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
           + raft::to_string(policy.admission.cluster);
  case errc::refused_name_taken:
    return "another node has the peer id '" + remote.self.peer + "'";
  case errc::refused_retired:
    return "this life of '" + remote.self.peer + "' was removed from the cluster";
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
