// Where proposals and messages of the algorithm go.

#include "hamok/actors/node_actor.hpp"

#include <utility>

namespace hamok {

namespace {

/// Why another member has refused, as this one sees it: that the other takes no part any more only
/// means that it does not lead.
errc seen_from_here(errc reason) {
  switch (reason) {
  case errc::stopped:
  case errc::closed:
  case errc::storage_failed:
  case errc::refused_retired:
    return errc::not_leader;
  default:
    return reason;
  }
}

} // namespace

/// Why this member takes no part although it has been started once, or none.
errc node_state::absence() const {
  if (!life_)
    return errc::none;
  if (running_)
    return life_->stage() == raft::life_stage::resting ? errc::refused_retired : errc::none;
  return failed_ ? errc::storage_failed : errc::stopped;
}

/// Nothing may be promised any more, neither votes nor entries, until the next start.
void node_state::on_storage_failed() {
  if (running_ && host_.is_current(sender()))
    take_no_part();
}

void node_state::take_no_part() {
  failed_ = true;
  stopping_.emplace_back(); // nobody waits for it, but the next start has to come after it
  end_role();
}

void node_state::on_proposals(proposal_batch& batch) {
  if (const auto away = absence(); away != errc::none || !running_) {
    refuse(batch, away == errc::none ? errc::stopped : away);
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
  batch.via = life_->identity().self;
  compat::send(self_, *link, std::move(batch));
}

void node_state::refuse(const proposal_batch& batch, errc reason) {
  count(&node_stats::batches_refused);
  return_refusal({batch.via, batch.origin, batch.token, reason});
}

/// From a role of this member, or by way of a link from another one.
void node_state::on_refused(const proposal_refused& msg) {
  auto told = msg;
  if (!host_.is_current(sender()))
    told.reason = seen_from_here(msg.reason);
  return_refusal(told);
}

void node_state::return_refusal(const proposal_refused& msg) {
  if (!msg.via || (life_ && *msg.via == life_->identity().self))
    compat::send(self_, applier_, msg);
  else if (const auto link = links_.link_to(msg.via->peer))
    compat::send(self_, *link, msg);
}

void node_state::on_peer_message(peer_message& msg) {
  // Two clusters can meet on a link that was opened before they were founded.
  if (!life_ || !life_->admits(msg.from))
    return;
  if (hub_.wants_messages())
    hub_.publish(event::message{event::direction::in, msg.from.peer, msg.message});
  host_.send(std::move(msg));
}

caf::result<raft::index_t> node_state::compact(raft::index_t up_to) {
  if (!host_.current())
    return make_error(running_ ? errc::no_leader : errc::stopped);
  return compat::delegate(self_, host_.current(), compact_log_v, up_to);
}

void node_state::on_applied(const applied_up_to& msg) {
  if (sender() != caf::actor_cast<caf::actor_addr>(applier_))
    return;
  applied_index_ = msg.index;
  parts_.board->write([&msg](node_notes& notes) { notes.applied_index = msg.index; });
  host_.send(msg);
  serve_commit_waiters();
}

} // namespace hamok
