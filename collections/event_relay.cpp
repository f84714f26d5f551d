#include "hamok/collections/event_relay.hpp"

#include "hamok/actors/caf_compat.hpp"

#include <algorithm>

namespace hamok {

namespace {

using counter = std::shared_ptr<std::atomic<std::size_t>>;

/// Every so many events, the subscriber is asked for a sign of life. Messages between two actors
/// keep their order, so its answer is about everything before.
constexpr std::size_t stride = 64;

struct relay_state {
  caf::actor subscriber;
  counter buffered;
  std::size_t unasked = 0; ///< events since the last question
  compat::monitors monitors;
};

template <class Event>
void pass_on(caf::event_based_actor* self, const std::shared_ptr<relay_state>& state,
             const Event& event) {
  if (++state->unasked < stride) {
    compat::send(self, state->subscriber, event);
    return;
  }
  const auto count = std::exchange(state->unasked, 0);
  auto arrived = [state, count] { state->buffered->fetch_sub(count); };
  compat::request(self, state->subscriber, event_relay::patience, event)
      .then(arrived, [self, arrived](const caf::error& reason) {
        arrived();
        if (reason == caf::sec::request_timeout || reason == caf::sec::request_receiver_down)
          self->quit();
      });
}

caf::behavior relay_behavior(caf::event_based_actor* self, const caf::actor& subscriber,
                             const counter& buffered) {
  auto state = std::make_shared<relay_state>();
  state->subscriber = subscriber;
  state->buffered = buffered;
  state->monitors.watch(self, subscriber, [self](const caf::error&) { self->quit(); });
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
      buffered_(std::make_shared<std::atomic<std::size_t>>(0)),
      max_buffered_(std::max(max_buffered, 2 * stride)),
      relay_(system.spawn<caf::hidden>(relay_behavior, subscriber, buffered_)) {}

/// False when the subscriber has too much to do; after that, not before half of it is done.
bool event_relay::make_room() {
  const auto waiting = buffered_->load();
  if (waiting >= max_buffered_ || (missed_ > 0 && waiting > max_buffered_ / 2)) {
    ++missed_;
    return false;
  }
  if (missed_ > 0) {
    buffered_->fetch_add(1);
    compat::anon_send(relay_, event::lagged{std::exchange(missed_, 0)});
  }
  buffered_->fetch_add(1);
  return true;
}

void event_relay::send(const collection_event& event) {
  if (make_room())
    compat::anon_send(relay_, event);
}

void event_relay::close() {
  compat::anon_send(relay_, unsubscribe_v);
}

} // namespace hamok
