#include "hamok/collections/event_relay.hpp"

#include "hamok/actors/caf_compat.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

using account_ptr = std::shared_ptr<event_relay::account>;

/// Every so many events, the subscriber is asked for a sign of life. Messages between two actors
/// keep their order, so its answer is about everything before.
constexpr std::size_t stride = 64;

struct relay_state {
  caf::actor subscriber;
  account_ptr account;
  std::size_t unasked = 0; ///< events since the last question
  compat::monitors monitors;
};

/// Says how much is missing, if anything is. The caller holds the lock.
void tell_missed(const caf::actor& relay, event_relay::account& numbers) {
  if (numbers.missed == 0)
    return;
  ++numbers.buffered;
  compat::anon_send(relay, event::lagged{std::exchange(numbers.missed, 0)});
}

/// The subscriber has `count` events behind it.
void caught_up(const caf::actor& relay, event_relay::account& numbers, std::size_t count) {
  const std::lock_guard guard{numbers.mutex};
  numbers.buffered -= count;
  if (numbers.relaxed())
    tell_missed(relay, numbers);
}

template <class Event>
void pass_on(caf::event_based_actor* self, const std::shared_ptr<relay_state>& state,
             const Event& event) {
  if (++state->unasked < stride) {
    compat::send(self, state->subscriber, event);
    return;
  }
  const auto count = std::exchange(state->unasked, 0);
  auto arrived = [self, state, count] { caught_up(caf::actor{self}, *state->account, count); };
  compat::request(self, state->subscriber, event_relay::patience, event)
      .then(arrived, [self, arrived](const caf::error& reason) {
        arrived();
        if (reason == caf::sec::request_timeout || reason == caf::sec::request_receiver_down)
          self->quit();
      });
}

caf::behavior relay_behavior(caf::event_based_actor* self, const caf::actor& subscriber,
                             const account_ptr& account) {
  auto state = std::make_shared<relay_state>();
  state->subscriber = subscriber;
  state->account = account;
  state->monitors.watch(self, subscriber, [self](const caf::error&) { self->quit(); });
  compat::outlive_errors(self);
  return {
      [self, state](const collection_event& event) { pass_on(self, state, event); },
      [self, state](const event::lagged& event) { pass_on(self, state, event); },
      [self](unsubscribe) { self->quit(); },
  };
}

} // namespace

event_relay::event_relay(caf::actor_system& system, const caf::actor& subscriber,
                         std::size_t max_buffered)
    : subscriber_(subscriber),
      account_(std::make_shared<account>()),
      relay_(system.spawn<caf::hidden>(relay_behavior, subscriber, account_)) {
  account_->max_buffered = std::max(max_buffered, 2 * stride);
}

/// When the subscriber has too much to do, nothing is sent before half of it is done.
void event_relay::send(const collection_event& event) {
  auto& numbers = *account_;
  const std::lock_guard guard{numbers.mutex};
  if (numbers.buffered >= numbers.max_buffered || (numbers.missed > 0 && !numbers.relaxed())) {
    ++numbers.missed;
    return;
  }
  tell_missed(relay_, numbers);
  ++numbers.buffered;
  compat::anon_send(relay_, event);
}

void event_relay::insist(const collection_event& event) {
  const std::lock_guard guard{account_->mutex};
  tell_missed(relay_, *account_);
  ++account_->buffered;
  compat::anon_send(relay_, event);
}

void event_relay::close() {
  const std::lock_guard guard{account_->mutex};
  tell_missed(relay_, *account_);
  compat::anon_send(relay_, unsubscribe_v);
}

void event_relay::close(const collection_event& last) {
  const std::lock_guard guard{account_->mutex};
  tell_missed(relay_, *account_);
  ++account_->buffered;
  compat::anon_send(relay_, last);
  compat::anon_send(relay_, unsubscribe_v);
}

} // namespace hamok
