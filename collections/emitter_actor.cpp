#include "hamok/collections/emitter_actor.hpp"

#include "hamok/actors/interfaces/random_id.hpp"
#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/actors/placement.hpp"
#include "hamok/collections/emitter_view_state.hpp"
#include "hamok/collections/event_relay.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hamok {

namespace {

/// Requests that wait for the creation.
constexpr std::size_t max_early = 4096;

/// A timer keeps its actor in memory, so none is armed for longer.
constexpr raft::duration longest_timer = std::chrono::seconds{5};
constexpr raft::duration timer_grain = std::chrono::milliseconds{1};

} // namespace

emitter_actor spawn_emitter_actor(caf::actor_system& system, collection_actor collection,
                                  std::string name, const collection_context& context) {
  // In the scheduler, whatever the placement of the others is: it waits for nobody between a socket
  // and the log.
  return caf::actor_cast<emitter_actor>(
      system.spawn<compat::shell<emitter_actor_state, caf::event_based_actor>, caf::hidden>(
          std::move(collection), std::move(name), context));
}

emitter_actor_state::emitter_actor_state(caf::event_based_actor* self, collection_actor collection,
                                         std::string name, collection_context context)
    : self_(self),
      collection_(std::move(collection)),
      name_(std::move(name)),
      context_(std::move(context)),
      waiters_(context_.calls),
      last_number_(random_id().low) {} // those of an earlier one are in the log, too

emitter_actor::behavior_type emitter_actor_state::make_behavior() {
  monitors_.watch(self_, collection_, [this](const caf::error&) { self_->quit(); });
  return {
      [this](emitter_request& request) { return on_request(request); },
      [this](const collection_created& msg) { on_created(msg); },
      [this](const collection_event& event) { on_event(event); },
      [this](const collection_applied& what) { compat::send(self_, context_.applier, what); },
      [this](const leader_notice& notice) { on_leader(notice); },
      [this](const peers_notice& peers) { on_peers(peers); },
      [this](const direct_message& msg, const raft::member_id& from) { on_direct(msg, from); },
      [this](const direct_reply& msg, const raft::member_id& from) { on_direct_reply(msg, from); },
      [this](close_collection) { on_close(); },
  };
}

// -- requests -------------------------------------------------------------------------------------

errc emitter_actor_state::check(const emitter_request& request) const {
  if (closing_)
    return errc::closed;
  const auto limit = request.what == emitter_verb::publish || request.what == emitter_verb::notify
                         ? emitter_limit::payload_bytes
                         : emitter_limit::metadata_bytes;
  if (request.event.size() > emitter_limit::name_bytes || request.content.size() > limit
      || (request.expected && request.expected->size() > emitter_limit::metadata_bytes))
    return errc::too_large;
  const auto about_a_subscriber = request.what == emitter_verb::subscribe
                                  || request.what == emitter_verb::unsubscribe
                                  || request.what == emitter_verb::update;
  return about_a_subscriber && !request.subscriber ? errc::bad_command : errc::none;
}

caf::result<blob> emitter_actor_state::on_request(emitter_request& request) {
  std::uint64_t ticket = 0;
  if (request.call != 0)
    ticket = waiters_.add(request.call);
  else
    ticket = waiters_.add(self_->make_response_promise());
  if (const auto reason = check(request); reason != errc::none) {
    waiters_.answer(ticket, reason, {});
  } else if (ready() || request.what == emitter_verb::count) {
    handle(request, ticket);
  } else if (early_.size() >= max_early) {
    waiters_.answer(ticket, errc::overloaded, {});
  } else {
    early_.push_back({std::move(request), ticket, now() + time_for(request.timeout)});
    arm_timer();
  }
  return caf::delegated<blob>{};
}

void emitter_actor_state::handle(emitter_request& request, std::uint64_t ticket) {
  switch (request.what) {
  case emitter_verb::subscribe:
    return subscribe(request, ticket);
  case emitter_verb::unsubscribe:
    return unsubscribe(request, ticket);
  case emitter_verb::update:
    return update(request, ticket);
  case emitter_verb::publish:
    return publish(request, ticket);
  case emitter_verb::notify:
    publish(request, std::nullopt);
    return waiters_.answer(ticket, errc::none, {});
  case emitter_verb::count:
    return waiters_.answer(ticket, errc::none, encode(stats_));
  }
  waiters_.answer(ticket, errc::bad_command, {});
}

void emitter_actor_state::begin_early() {
  if (!ready())
    return;
  for (auto& one : std::exchange(early_, {}))
    handle(one.request, one.ticket);
}

void emitter_actor_state::expire_early(raft::timestamp now) {
  std::erase_if(early_, [this, now](const early_request& one) {
    if (one.deadline > now)
      return false;
    waiters_.answer(one.ticket, errc::request_timeout, {});
    return true;
  });
}

/// Writes to the log as any user of the collection does.
void emitter_actor_state::execute(blob command, caf::timespan timeout,
                                  std::function<void(const caf::expected<blob>&)> then) {
  compat::request(self_, collection_, timeout + answer_margin,
                  hamok::execute{std::move(command), timeout})
      .then([then](const blob& answer) { then(answer); },
            [then](const caf::error& reason) { then(reason); });
}

void emitter_actor_state::answer_with(std::uint64_t ticket, const caf::expected<blob>& answer) {
  if (answer)
    waiters_.answer(ticket, errc::none, *answer);
  else if (answer.error().category() == caf::type_id_v<errc>)
    waiters_.answer(ticket, static_cast<errc>(answer.error().code()), {});
  else
    waiters_.answer(ticket, errc::outcome_unknown, {});
}

// -- what the collection actor passes on ----------------------------------------------------------

void emitter_actor_state::on_created(const collection_created& msg) {
  if (msg.refused != errc::none) {
    for (const auto& one : std::exchange(early_, {}))
      waiters_.answer(one.ticket, msg.refused, {});
    return;
  }
  closing_ = false;
  if (msg.number == 0 || number_ != 0) // opened once more
    return;
  number_ = msg.number;
  if (!msg.spec.options.empty())
    options_ = std::to_integer<std::uint8_t>(*msg.spec.options.data());
  rebuild();
  begin_early();
}

/// What is published may be newer than the events that come next. Each of them says how it is for
/// one subscription, so the last one of that still counts.
void emitter_actor_state::rebuild() {
  heard_.clear();
  const auto content = context_.content->get();
  const auto* view = dynamic_cast<const emitter_view*>(content.view.get());
  if (view != nullptr)
    view->each([this](const blob& event, const event_subscriber& who) {
      heard_[std::string{event.text()}][who.member].insert(who.number);
    });
  reconcile();
}

void emitter_actor_state::on_event(const collection_event& event) {
  if (event.kind == resync_event_kind)
    return rebuild();
  const auto kind = static_cast<emitter_event>(event.kind);
  if (kind == emitter_event::published)
    return on_published(event);
  event_subscription which;
  if (kind == emitter_event::updated || !emitter_answer::decode_key(event.key, which))
    return;
  const auto& [member, number] = which.subscriber;
  if (kind == emitter_event::added) {
    heard_[which.event][member].insert(number);
  } else if (const auto found = heard_.find(which.event); found != heard_.end()) {
    auto& members = found->second;
    if (const auto known = members.find(member); known != members.end()) {
      known->second.erase(number);
      if (known->second.empty())
        members.erase(known);
    }
    if (members.empty())
      heard_.erase(found);
  }
  if (member == peers_.self)
    reconcile();
  else if (kind == emitter_event::added)
    look_for_dead();
}

void emitter_actor_state::on_leader(const leader_notice& notice) {
  leader_ = notice.leader;
  look_for_dead();
}

void emitter_actor_state::on_peers(const peers_notice& peers) {
  const auto before = std::exchange(peers_, peers);
  for (const auto& member : before.linked)
    if (!is_linked(member)) {
      seen_.forget(member);
      for (auto& done : flights_.lost(member))
        finish(std::move(done));
    }
  begin_early();
  reconcile();
  look_for_dead();
}

/// The collection is closed when the log knows that nobody listens here any more, or cannot.
void emitter_actor_state::on_close() {
  if (closing_)
    return;
  closing_ = true;
  for (const auto caller : flights_.clear())
    waiters_.answer(caller, errc::outcome_unknown, {});
  for (const auto& one : std::exchange(early_, {}))
    waiters_.answer(one.ticket, errc::closed, {});
  listeners_.clear();
  numbers_.clear();
  const auto listens = std::ranges::any_of(
      heard_, [this](const auto& one) { return peers_.self && one.second.contains(*peers_.self); });
  const auto last = [this](const caf::expected<blob>&) {
    if (closing_)
      compat::send(self_, collection_, close_collection_v);
  };
  if (listens)
    execute(emitter_command::remove_member(*peers_.self), time_for({}), last);
  else
    last(blob{});
}

// -- time -----------------------------------------------------------------------------------------

caf::timespan emitter_actor_state::time_for(caf::timespan timeout) const {
  return bounded(timeout, context_.options.request_timeout);
}

raft::timestamp emitter_actor_state::now() const {
  return self_->clock().now().time_since_epoch();
}

void emitter_actor_state::on_time() {
  armed_ = raft::timestamp::max();
  expire_early(now());
  for (auto& done : flights_.expire(now()))
    finish(std::move(done));
  arm_timer();
}

/// A timer that turns out to be too early does no harm, so none is ever taken back.
void emitter_actor_state::arm_timer() {
  auto due = flights_.deadline().value_or(raft::timestamp::max());
  for (const auto& one : early_)
    due = std::min(due, one.deadline);
  if (due == raft::timestamp::max() || due >= armed_)
    return;
  const auto time = now();
  armed_ = std::clamp(due, time + timer_grain, time + longest_timer);
  compat::run_after(self_, armed_ - time, [this] { on_time(); });
}

} // namespace hamok
