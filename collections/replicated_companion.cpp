// The actor of a collection: what it passes on to its companion, and from there.

#include "hamok/collections/emitter_actor.hpp"
#include "hamok/collections/replicated_actor.hpp"

#include <utility>

namespace hamok {

void replicated_state::begin_companion() {
  companion_ = spawn_emitter_actor(self_->system(), compat::handle_of<collection_actor>(self_),
                                   spec_.name, context_);
  monitors_.watch(self_, companion_, [this](const caf::error& reason) {
    self_->quit(make_error(errc::actor_died, to_string(reason)));
  });
}

bool replicated_state::from_companion() const {
  return caf::actor_cast<caf::actor_addr>(self_->current_sender())
         == caf::actor_cast<caf::actor_addr>(companion_);
}

caf::result<blob> replicated_state::on_emitter_request(emitter_request& request) {
  auto reason = refusal();
  if (reason == errc::none && !companion_)
    reason = errc::not_supported;
  if (reason == errc::none) {
    auto promise = self_->make_response_promise();
    if (promise.pending())
      promise.delegate(companion_, std::move(request));
    else // of nobody who could be answered by a message
      compat::anon_send(companion_, std::move(request));
    return caf::delegated<blob>{};
  }
  if (request.call != 0)
    context_.calls->complete(request.call, make_error(reason));
  return make_error(reason);
}

void replicated_state::on_direct(direct_message& msg, const raft::member_id& from) {
  if (companion_ && refusal() == errc::none)
    compat::send(self_, companion_, std::move(msg), from);
  else
    compat::send(
        self_, context_.node, from,
        direct_reply{msg.origin, msg.request, companion_ ? errc::closed : errc::not_supported});
}

void replicated_state::on_direct_reply(const direct_reply& reply, const raft::member_id& from) {
  compat::send(self_, companion_, reply, from);
}

void replicated_state::on_peers(const peers_notice& peers) {
  tell_companion(peers);
}

/// By way of the companion, which may have to pass on events first.
void replicated_state::confirm(const collection_applied& what) {
  if (companion_)
    tell_companion(what);
  else
    compat::send(self_, context_.applier, what);
}

} // namespace hamok
