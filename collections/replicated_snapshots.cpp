// The actor of a collection: its part in the snapshots of its member (consensus.md, 11 and 14).

#include "hamok/collections/replicated_actor.hpp"

#include <utility>

namespace hamok {

/// The actor pauses for a copy of the sessions and of the content's root; others write it out.
void replicated_state::on_take_part(const take_part& msg) {
  const auto slot = context_.states->put(state_.cut());
  compat::send(self_, context_.applier, part_taken{number_, msg.cut, slot});
}

void replicated_state::on_install_part(const install_part& msg) {
  const auto loaded = context_.states->get<session_state>(msg.slot);
  if (!loaded) {
    self_->quit(make_error(errc::snapshot_failed, "there is no state to be installed"));
    return;
  }
  std::swap(state_, *loaded); // a large one takes long to destroy: whoever owns the slot does
  const auto time = now();
  proposer_output out;
  proposer_.installed(state_.applied_index(), time);
  clients_.installed(time);
  proposer_.check_session([this](const session_id& id) { return state_.contains(id); }, out);
  publish();
  collection_event event;
  event.collection = spec_.name;
  event.kind = resync_event_kind;
  event.index = msg.index;
  for (auto& subscriber : subscribers_)
    subscriber.insist(event);
  tell_companion(event);
  carry_out(out);
  on_time(time);
  confirm({msg.collection, msg.index});
}

} // namespace hamok
