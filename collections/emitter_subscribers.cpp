// The companion of an emitter: who listens on this member, and that the log says so; and lives that
// are gone.

#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/collections/emitter_actor.hpp"
#include "hamok/collections/map_command_state.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

/// Subscribers of one emitter on one member.
constexpr std::size_t max_listeners = 4096;

/// A life has to be no member's for this long before its subscriptions are removed: who has just
/// come may be in the log sooner than in what this member has been told.
constexpr caf::timespan patience_with_dead = std::chrono::milliseconds{200};

constexpr caf::timespan pause = std::chrono::seconds{1};

} // namespace

// -- requests -------------------------------------------------------------------------------------

std::optional<std::uint64_t> emitter_actor_state::number_of(const caf::actor& subscriber) const {
  const auto found = numbers_.find(subscriber.address());
  return found != numbers_.end() ? std::optional{found->second} : std::nullopt;
}

std::uint64_t emitter_actor_state::add_listener(const caf::actor& subscriber) {
  if (const auto known = number_of(subscriber))
    return *known;
  const auto number = ++last_number_;
  listeners_[number].actor = subscriber;
  numbers_.emplace(subscriber.address(), number);
  monitors_.watch(self_, subscriber, [this, number](const caf::error&) { drop_listener(number); });
  return number;
}

/// A command about a subscriber of this member; nobody else writes about it meanwhile.
void emitter_actor_state::change(std::uint64_t number, blob command, caf::timespan timeout,
                                 std::function<void(const caf::expected<blob>&)> then) {
  ++changing_[number];
  execute(std::move(command), timeout,
          [this, number, then = std::move(then)](const caf::expected<blob>& answer) {
            if (--changing_[number] == 0)
              changing_.erase(number);
            then(answer);
            if (answer)
              reconcile();
            else
              try_again_later();
          });
}

void emitter_actor_state::subscribe(emitter_request& request, std::uint64_t ticket) {
  if (!number_of(request.subscriber) && listeners_.size() >= max_listeners)
    return waiters_.answer(ticket, errc::overloaded, {});
  const auto number = add_listener(request.subscriber);
  listeners_[number].wishes[request.event].metadata = request.content;
  change(number,
         emitter_command::subscribe(request.event, {*peers_.self, number}, request.content.bytes()),
         time_for(request.timeout),
         [this, number, event = request.event, ticket](const caf::expected<blob>& answer) {
           auto* wanted = find_wish(number, event);
           if (answer && wanted != nullptr)
             wanted->confirmed = true;
           if (!answer && wanted != nullptr && !wanted->confirmed)
             drop_wish(number, event);
           answer_with(ticket, answer);
         });
}

void emitter_actor_state::unsubscribe(emitter_request& request, std::uint64_t ticket) {
  const auto number = number_of(request.subscriber);
  if (!number)
    return waiters_.answer(ticket, errc::none, map_answer::encode(false));
  drop_wish(*number, request.event);
  change(*number, emitter_command::unsubscribe(request.event, {*peers_.self, *number}),
         time_for(request.timeout),
         [this, ticket](const caf::expected<blob>& answer) { answer_with(ticket, answer); });
}

void emitter_actor_state::update(emitter_request& request, std::uint64_t ticket) {
  const auto number = number_of(request.subscriber);
  if (!number)
    return waiters_.answer(ticket, errc::none, map_answer::encode(false));
  change(*number,
         emitter_command::update(request.event, {*peers_.self, *number}, request.content.bytes(),
                                 request.expected),
         time_for(request.timeout),
         [this, number = *number, event = request.event, metadata = request.content,
          ticket](const caf::expected<blob>& answer) {
           auto* wanted = find_wish(number, event);
           if (wanted != nullptr && answer && *answer == map_answer::encode(true))
             wanted->metadata = metadata;
           answer_with(ticket, answer);
         });
}

emitter_actor_state::wish* emitter_actor_state::find_wish(std::uint64_t number,
                                                          const std::string& event) {
  const auto found = listeners_.find(number);
  if (found == listeners_.end())
    return nullptr;
  const auto wanted = found->second.wishes.find(event);
  return wanted != found->second.wishes.end() ? &wanted->second : nullptr;
}

void emitter_actor_state::drop_wish(std::uint64_t number, const std::string& event) {
  const auto found = listeners_.find(number);
  if (found == listeners_.end())
    return;
  found->second.wishes.erase(event);
  if (!found->second.wishes.empty())
    return;
  numbers_.erase(found->second.actor.address());
  listeners_.erase(found);
}

/// It has died.
void emitter_actor_state::drop_listener(std::uint64_t number) {
  const auto found = listeners_.find(number);
  if (found == listeners_.end())
    return;
  numbers_.erase(found->second.actor.address());
  listeners_.erase(found);
  reconcile();
}

// -- what the log says of this member -------------------------------------------------------------

const std::set<std::uint64_t>* emitter_actor_state::own_listeners(const std::string& event) const {
  const auto found = heard_.find(event);
  if (found == heard_.end() || !peers_.self)
    return nullptr;
  const auto own = found->second.find(*peers_.self);
  return own != found->second.end() ? &own->second : nullptr;
}

/// Brings the log to what is wanted here, when somebody has died, this life is another one than
/// before, or a change has failed half-way.
void emitter_actor_state::reconcile() {
  const auto takes_part =
      peers_.self && std::ranges::find(peers_.members, *peers_.self) != peers_.members.end();
  if (number_ == 0 || closing_ || !takes_part)
    return;
  if ((options_ & emitter_option::keeps_dead) == 0)
    remove_unwanted();
  restore_missing();
}

void emitter_actor_state::remove_unwanted() {
  std::set<std::uint64_t> gone;
  std::vector<std::pair<std::string, std::uint64_t>> unwanted;
  for (const auto& [event, members] : heard_) {
    const auto own = members.find(*peers_.self);
    if (own == members.end())
      continue;
    for (const auto number : own->second) {
      if (changing_.contains(number))
        continue;
      const auto found = listeners_.find(number);
      if (found == listeners_.end())
        gone.insert(number);
      else if (!found->second.wishes.contains(event))
        unwanted.emplace_back(event, number);
    }
  }
  const auto ignore = [](const caf::expected<blob>&) {};
  for (const auto number : gone)
    change(number, emitter_command::remove_subscriber({*peers_.self, number}), time_for({}),
           ignore);
  for (const auto& [event, number] : unwanted)
    change(number, emitter_command::unsubscribe(event, {*peers_.self, number}), time_for({}),
           ignore);
}

void emitter_actor_state::restore_missing() {
  for (const auto& [number, who] : listeners_) {
    if (changing_.contains(number))
      continue;
    for (const auto& [event, wanted] : who.wishes) {
      const auto* own = own_listeners(event);
      if (wanted.confirmed && (own == nullptr || !own->contains(number)))
        restore(number, event, wanted.metadata);
    }
  }
}

void emitter_actor_state::restore(std::uint64_t number, const std::string& event,
                                  const blob& metadata) {
  change(number, emitter_command::subscribe(event, {*peers_.self, number}, metadata.bytes()),
         time_for({}), [](const caf::expected<blob>&) {});
}

void emitter_actor_state::try_again_later() {
  if (std::exchange(tries_again_, true))
    return;
  compat::run_after(self_, pause, [this] {
    tries_again_ = false;
    reconcile();
  });
}

// -- lives that are gone --------------------------------------------------------------------------

std::set<raft::member_id> emitter_actor_state::dead_members() const {
  std::set<raft::member_id> result;
  for (const auto& [event, members] : heard_)
    for (const auto& [member, numbers] : members)
      if (std::ranges::find(peers_.members, member) == peers_.members.end())
        result.insert(member);
  return result;
}

/// On the leader's member: one does it for all.
void emitter_actor_state::look_for_dead() {
  const auto leads = peers_.self && leader_ == peers_.self;
  if (!leads || number_ == 0 || closing_ || looks_for_dead_ || peers_.members.empty()
      || (options_ & emitter_option::keeps_dead) != 0)
    return;
  suspects_ = dead_members();
  if (suspects_.empty())
    return;
  looks_for_dead_ = true;
  compat::run_after(self_, patience_with_dead, [this] { remove_dead(); });
}

void emitter_actor_state::remove_dead() {
  const auto dead = dead_members();
  std::set<raft::member_id> still;
  std::ranges::set_intersection(suspects_, dead, std::inserter(still, still.end()));
  if (still.empty() || leader_ != peers_.self) {
    looks_for_dead_ = false;
    return look_for_dead();
  }
  // One at a time; what is left is seen again afterwards.
  execute(emitter_command::remove_member(*still.begin()), time_for({}),
          [this](const caf::expected<blob>& answer) {
            const auto next = [this] {
              looks_for_dead_ = false;
              look_for_dead();
            };
            if (answer)
              next();
            else
              compat::run_after(self_, pause, next);
          });
}

} // namespace hamok
