// How a node founds its cluster, and what it says of itself.

#include "hamok/actors/interfaces/random_id.hpp"
#include "hamok/actors/node_actor.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

raft::founding_list to_list(const founding_message& msg) {
  return {msg.cluster_id, msg.founders, msg.accepted};
}

founding_message to_message(const raft::founding_list& list) {
  return {list.cluster, list.founders, list.accepted};
}

} // namespace

void node_state::start_founding() {
  std::optional<raft::founding_list> accepted;
  if (!identity_.founders.empty())
    accepted = raft::founding_list{identity_.cluster, identity_.founders, {identity_.self}};
  founding_.emplace(identity_.self, founder_names(), random_id(), std::move(accepted));
  perform(founding_->start());
  repeat_founding();
}

void node_state::perform(const raft::founding_output& out) {
  if (out.save) {
    identity_.cluster = out.save->cluster;
    identity_.founders = out.save->founders;
    if (!parts_.storage->save_identity(identity_)) {
      on_error({errc::storage_failed, explain(errc::storage_failed)});
      founding_.reset();
      take_no_part();
      return;
    }
    links_.update(make_policy(), {}); // the lives of the members are known from now on
  }
  for (const auto& member : out.tell)
    if (const auto link = links_.link_to(member.peer))
      compat::send(self_, *link, to_message(*founding_->list()));
  if (!out.conflict.empty())
    on_error({errc::founding_conflict, out.conflict});
  if (out.founded)
    found();
}

void node_state::found() {
  raft::snapshot_meta base;
  base.members.voters = identity_.founders;
  if (!parts_.storage->save_base(base)) {
    on_error({errc::storage_failed, explain(errc::storage_failed)});
    take_no_part();
    return;
  }
  founded_ = true;
  links_.update(make_policy(), identity_.cluster);
  update_welcome();
  host_.start();
}

void node_state::repeat_founding() {
  if (!running_ || !founding_ || founded_)
    return;
  perform(founding_->again());
  compat::run_after(self_, config_.follower_max_idle, [this] { repeat_founding(); });
}

void node_state::on_founding(const founding_message& msg, const raft::member_id& from) {
  if (!running_)
    return;
  if (!founding_) {
    if (!founded_)
      return;
    // Founded in an earlier run: only say so.
    founding_.emplace(
        identity_.self, founder_names(), raft::incarnation_id{},
        raft::founding_list{identity_.cluster, identity_.founders, identity_.founders});
    static_cast<void>(founding_->start()); // nothing is to be founded anew
  }
  perform(founding_->received(from, to_list(msg)));
}

std::vector<std::string> node_state::founder_names() const {
  std::vector<std::string> result{config_.peer_id};
  if (!identity_.founders.empty())
    for (const auto& member : identity_.founders)
      result.push_back(member.peer);
  else
    for (const auto& member : config_.initial_members)
      result.push_back(member.peer);
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

hello_policy node_state::make_policy() const {
  hello_policy result;
  result.cluster = config_.cluster;
  result.cluster_id = founded_ ? identity_.cluster : raft::incarnation_id{};
  result.self = identity_.self;
  result.peers = founder_names();
  result.members = identity_.founders;
  result.state_kinds = state_registry::instance().kinds();
  return result;
}

hello node_state::make_hello() const {
  hello result;
  result.cluster = config_.cluster;
  result.cluster_id = founded_ ? identity_.cluster : raft::incarnation_id{};
  result.self = identity_.self;
  result.known_members = config_.initial_members;
  result.app_data = config_.app_data;
  result.state_kinds = state_registry::instance().kinds();
  return result;
}

} // namespace hamok
