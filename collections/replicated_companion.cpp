// The actor of a collection: what it passes on to its companion, and from there.

#include "hamok/collections/emitter_actor.hpp"
#include "hamok/collections/remote_map_actor.hpp"
#include "hamok/collections/replicated_actor.hpp"

#include <utility>

namespace hamok {

void replicated_state::begin_companion() {
  const auto self = compat::handle_of<collection_actor>(self_);
  if (spec_.kind == "remote_map") {
    remote_ = spawn_remote_map_actor(self_->system(), self, spec_.name, context_);
    companion_ = remote_;
  } else {
    emitter_ = spawn_emitter_actor(self_->system(), self, spec_.name, context_);
    companion_ = emitter_;
  }
  monitors_.watch(self_, companion_, [this](const caf::error& reason) {
    self_->quit(make_error(errc::actor_died, to_string(reason)));
  });
}

bool replicated_state::from_companion() const {
  return caf::actor_cast<caf::actor_addr>(self_->current_sender())
         == caf::actor_cast<caf::actor_addr>(companion_);
}

/// The companion answers in the place of this actor.
template <class Companion, class Message>
caf::result<blob> replicated_state::pass_on(const Companion& to, Message& request) {
  if (const auto reason = refusal(); reason != errc::none)
    return make_error(reason);
  auto promise = self_->make_response_promise();
  if (promise.pending())
    promise.delegate(to, std::move(request));
  else // of nobody who could be answered by a message
    compat::anon_send(to, std::move(request));
  return caf::delegated<blob>{};
}

template caf::result<blob> replicated_state::pass_on(const remote_map_actor&, execute&);
template caf::result<blob> replicated_state::pass_on(const remote_map_actor&, execute_in_session&);
template caf::result<blob> replicated_state::pass_on(const remote_map_actor&, read_state&);

/// What users of a remote map want goes to its storage; the log is the companion's affair.
bool replicated_state::is_for_storage() const {
  return remote_ && !from_companion();
}

void replicated_state::pass_on_call(execute_call request) {
  if (const auto reason = refusal(); reason != errc::none)
    context_.calls->complete(request.id, make_error(reason));
  else
    compat::send(self_, remote_, std::move(request));
}

caf::result<blob> replicated_state::on_emitter_request(emitter_request& request) {
  auto reason = refusal();
  if (reason == errc::none && emitter_)
    return pass_on(emitter_, request);
  if (reason == errc::none)
    reason = errc::not_supported;
  if (request.call != 0)
    context_.calls->complete(request.call, make_error(reason));
  return make_error(reason);
}

void replicated_state::on_direct(direct_message& msg, const raft::member_id& from) {
  if (emitter_ && refusal() == errc::none)
    compat::send(self_, emitter_, std::move(msg), from);
  else
    compat::send(
        self_, context_.node, from,
        direct_reply{msg.origin, msg.request, emitter_ ? errc::closed : errc::not_supported});
}

void replicated_state::on_direct_reply(const direct_reply& reply, const raft::member_id& from) {
  compat::send(self_, emitter_, reply, from);
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
