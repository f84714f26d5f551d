// The companion of an emitter: events on their way to members, and to the subscribers of this one.

#include "hamok/collections/emitter_actor.hpp"
#include "hamok/collections/event_relay.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

/// What a member sends to another one.
blob encode_event(const std::string& event, const blob& content) {
  std::vector<std::byte> bytes;
  bytes.reserve(10 + event.size() + content.size());
  raft::writer out{bytes};
  out.text(event);
  out.raw(content.bytes());
  return blob::from_vector(std::move(bytes));
}

bool decode_event(const blob& bytes, std::string& event, blob& content) {
  raft::reader in{bytes};
  event = detail::read_event_name(in);
  content = in.rest();
  return in.ok() && content.size() <= emitter_limit::payload_bytes;
}

} // namespace

// -- sending --------------------------------------------------------------------------------------

void emitter_actor_state::publish(emitter_request& request, std::optional<std::uint64_t> caller) {
  ++stats_.published;
  const auto flight = flights_.begin(caller, now() + time_for(request.timeout));
  if (!flight) {
    ++stats_.failed;
    if (caller)
      waiters_.answer(*caller, errc::overloaded, {});
  } else if ((options_ & emitter_option::ordered) != 0) {
    publish_in_order(request, *flight);
  } else {
    publish_directly(request, *flight);
  }
}

void emitter_actor_state::publish_directly(const emitter_request& request, std::uint64_t flight) {
  std::map<raft::member_id, std::set<std::uint64_t>> members;
  if (const auto found = heard_.find(request.event); found != heard_.end())
    members = found->second;
  blob content;
  for (const auto& [member, numbers] : members) {
    if (member == peers_.self) {
      if (flights_.expect(flight, member, request.content.size()))
        deliver(request.event, member.peer, request.content,
                [this, flight, myself = member](errc reason) { answered(flight, myself, reason); });
    } else if (!is_linked(member)) {
      flights_.fail(flight, member, errc::connection_lost);
    } else {
      if (content.empty())
        content = encode_event(request.event, request.content);
      if (flights_.expect(flight, member, content.size()))
        compat::send(self_, context_.node, member,
                     direct_message{number_, context_.origin, flight, content});
    }
  }
  finish(flights_.launched(flight));
  arm_timer();
}

/// The answers of members that apply it sooner than this one can come before the log's own.
void emitter_actor_state::publish_in_order(const emitter_request& request, std::uint64_t flight) {
  const event_origin origin{*peers_.self, context_.origin, flight};
  execute(emitter_command::publish(request.event, request.content.bytes(), origin),
          time_for(request.timeout),
          [this, flight](const caf::expected<blob>& answer) { on_logged(flight, answer); });
}

void emitter_actor_state::on_logged(std::uint64_t flight, const caf::expected<blob>& answer) {
  std::vector<raft::member_id> members;
  if (!answer || !emitter_answer::decode(*answer, members)) {
    ++stats_.failed;
    if (const auto caller = flights_.abandon(flight))
      answer_with(*caller, answer ? make_error(errc::bad_command) : answer);
    return;
  }
  for (const auto& member : members) {
    if (member == peers_.self || is_linked(member))
      static_cast<void>(flights_.expect(flight, member, 0));
    else
      flights_.fail(flight, member, errc::connection_lost);
  }
  finish(flights_.launched(flight));
  arm_timer();
}

/// An event that has gone through the log, whoever has put it there.
void emitter_actor_state::on_published(const collection_event& event) {
  const std::string name{event.key.text()};
  event_origin origin;
  if (own_listeners(name) == nullptr || !emitter_answer::decode(event.old_value, origin))
    return;
  deliver(name, origin.member.peer, event.new_value, [this, origin](errc reason) {
    if (origin.request == 0)
      return;
    if (origin.member != peers_.self)
      compat::send(self_, context_.node, origin.member,
                   direct_reply{origin.origin, origin.request, reason});
    else if (origin.origin == context_.origin)
      answered(origin.request, origin.member, reason);
  });
}

void emitter_actor_state::on_direct(const direct_message& msg, const raft::member_id& from) {
  auto answer = [this, from, origin = msg.origin, request = msg.request](errc reason) {
    compat::send(self_, context_.node, from, direct_reply{origin, request, reason});
  };
  if (!seen_.first_time(from, msg.origin, msg.request))
    return;
  std::string event;
  blob content;
  if (closing_ || msg.collection != number_)
    answer(errc::closed);
  else if (!decode_event(msg.content, event, content))
    answer(errc::bad_command);
  else
    deliver(event, from.peer, content, std::move(answer));
}

void emitter_actor_state::on_direct_reply(const direct_reply& reply, const raft::member_id& from) {
  if (reply.origin == context_.origin)
    answered(reply.request, from, reply.reason);
}

void emitter_actor_state::answered(std::uint64_t flight, const raft::member_id& member,
                                   errc reason) {
  finish(flights_.answered(flight, member, reason));
}

void emitter_actor_state::finish(std::optional<finished_flight> done) {
  if (!done)
    return;
  stats_.delivered += done->result.handled.size();
  stats_.failed += done->result.failed.size();
  if (done->caller)
    waiters_.answer(*done->caller, errc::none, encode(done->result));
}

bool emitter_actor_state::is_linked(const raft::member_id& member) const {
  return std::ranges::find(peers_.linked, member) != peers_.linked.end();
}

// -- the subscribers of this member ---------------------------------------------------------------

/// Calls `done` when all who listen here have answered. Those who have died count for nothing.
void emitter_actor_state::deliver(const std::string& event, const std::string& from,
                                  const blob& content, std::function<void(errc)> done) {
  const auto* numbers = own_listeners(event);
  const emitted_event message{name_, event, from, content};
  const auto token = ++last_delivery_;
  auto& started = deliveries_[token];
  started.done = std::move(done);
  started.missing = 1; // this function itself
  bool anybody = false;
  auto reason = errc::none;
  for (const auto number : numbers != nullptr ? *numbers : std::set<std::uint64_t>{}) {
    const auto found = listeners_.find(number);
    if (found == listeners_.end())
      continue;
    anybody = true;
    if (deliver_to(found->second, number, message, token))
      ++deliveries_[token].missing;
    else
      reason = errc::overloaded;
  }
  land(token, anybody ? reason : errc::not_handled);
}

/// False: there is no room.
bool emitter_actor_state::deliver_to(listener& to, std::uint64_t number, const emitted_event& event,
                                     std::uint64_t token) {
  const auto bytes = event.content.size();
  const auto& limits = context_.options;
  if (to.waiting >= limits.max_buffered_events
      || (to.waiting > 0 && to.waiting_bytes + bytes > limits.max_outstanding_bytes)) {
    ++to.missed;
    return false;
  }
  ++to.waiting;
  to.waiting_bytes += bytes;
  ++stats_.received;
  compat::request(self_, to.actor, event_relay::patience, event)
      .then([this, number, token, bytes] { on_handled(number, token, bytes, errc::none); },
            [this, number, token, bytes, name = event.event](const caf::error& reason) {
              if (reason == errc::bad_value)
                compat::send(self_, collection_,
                             event::error{errc::bad_value, "an event '" + name + "'"});
              on_handled(number, token, bytes, errc::not_handled);
              if (reason == caf::sec::request_timeout) // it has given itself up
                drop_listener(number);
            });
  return true;
}

void emitter_actor_state::on_handled(std::uint64_t number, std::uint64_t token, std::size_t bytes,
                                     errc reason) {
  if (const auto found = listeners_.find(number); found != listeners_.end()) {
    auto& who = found->second;
    --who.waiting;
    who.waiting_bytes -= bytes;
    if (who.missed > 0 && who.waiting <= context_.options.max_buffered_events / 2)
      compat::send(self_, who.actor, event::lagged{std::exchange(who.missed, 0)});
  }
  land(token, reason);
}

void emitter_actor_state::land(std::uint64_t token, errc reason) {
  const auto found = deliveries_.find(token);
  if (found == deliveries_.end())
    return;
  if (reason != errc::none)
    found->second.reason = reason;
  if (--found->second.missing > 0)
    return;
  const auto done = std::move(found->second.done);
  const auto result = found->second.reason;
  deliveries_.erase(found);
  done(result);
}

} // namespace hamok
