// What collections of this member and those of others say to each other, beside the log.

#include "hamok/actors/node_actor.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

/// The link to this very life.
std::optional<link_actor> node_state::link_with(const raft::member_id& life) const {
  const auto linked = links_.linked().find(life.peer);
  if (linked == links_.linked().end() || linked->second != life)
    return std::nullopt;
  return links_.link_to(life.peer);
}

void node_state::on_direct(direct_message& msg, const raft::member_id& from) {
  // As with messages of the algorithm: two clusters can meet on a link.
  if (running_ && life_ && life_->admits(from))
    compat::send(self_, applier_, std::move(msg), from);
}

void node_state::on_direct_reply(const direct_reply& reply, const raft::member_id& from) {
  compat::send(self_, applier_, reply, from);
}

void node_state::send_direct(const raft::member_id& to, direct_message& msg) {
  const auto link = running_ ? link_with(to) : std::nullopt;
  if (link)
    compat::send(self_, *link, std::move(msg));
  else
    compat::send(
        self_, applier_,
        direct_reply{msg.origin, msg.request, running_ ? errc::connection_lost : errc::stopped},
        to);
}

/// Whoever waits for it hears that the link is down.
void node_state::send_direct_reply(const raft::member_id& to, const direct_reply& reply) {
  if (const auto link = link_with(to))
    compat::send(self_, *link, reply);
}

/// Collections hear of it in the order in which it happens.
void node_state::tell_peers() {
  peers_notice now;
  if (life_)
    now.self = life_->identity().self;
  for (const auto* list : {&view_.members.voters, &view_.members.outgoing, &view_.members.learners})
    for (const auto& member : *list)
      if (std::ranges::find(now.members, member) == now.members.end())
        now.members.push_back(member);
  for (const auto& [peer, life] : links_.linked())
    now.linked.push_back(life);
  if (now == peers_told_)
    return;
  peers_told_ = now;
  compat::send(self_, applier_, std::move(now));
}

} // namespace hamok
