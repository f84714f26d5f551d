// Where proposals and messages of the algorithm go.

#include "hamok/actors/node_actor.hpp"

#include <utility>

namespace hamok {

void node_state::on_proposals(proposal_batch& batch) {
  if (!running_) {
    refuse(batch, errc::stopped);
    return;
  }
  if (view_.role == raft::role::leader) {
    host_.send(std::move(batch));
    return;
  }
  if (batch.via) { // forwarded once already; a second time could go round in circles
    refuse(batch, errc::not_leader);
    return;
  }
  const auto link = view_.leader ? links_.link_to(view_.leader->peer) : std::optional<link_actor>{};
  if (!link) {
    refuse(batch, errc::no_leader);
    return;
  }
  count(&node_stats::batches_forwarded);
  batch.via = identity_.self;
  compat::send(self_, *link, std::move(batch));
}

void node_state::refuse(const proposal_batch& batch, errc reason) {
  count(&node_stats::batches_refused);
  on_refused({batch.via, batch.origin, batch.token, reason});
}

void node_state::on_refused(const proposal_refused& msg) {
  if (!msg.via || *msg.via == identity_.self)
    compat::send(self_, applier_, msg);
  else if (const auto link = links_.link_to(msg.via->peer))
    compat::send(self_, *link, msg);
}

void node_state::on_peer_message(peer_message& msg) {
  if (hub_.wants_messages())
    hub_.publish(event::message{event::direction::in, msg.from.peer, msg.message});
  host_.send(std::move(msg));
}

void node_state::on_applied(const applied_up_to& msg) {
  applied_index_ = msg.index;
  parts_.board->write([&msg](node_notes& notes) { notes.applied_index = msg.index; });
  host_.send(msg);
  serve_commit_waiters();
}

} // namespace hamok
