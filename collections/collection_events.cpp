#include "hamok/collections/collection_events.hpp"

#include "hamok/actors/caf_compat.hpp"

namespace hamok {

namespace {

template <class Callback, class Event>
void call(const Callback& callback, const Event& event) {
  if (!callback)
    return;
  try {
    callback(event);
  } catch (...) {
    // The user's own affair; the next event is called back all the same.
  }
}

caf::behavior listener_behavior(caf::event_based_actor* self, const event_callbacks& callbacks) {
  return {
      [callbacks](const collection_event& event) { call(callbacks.on_event, event); },
      [callbacks](const event::lagged& event) { call(callbacks.on_lagged, event); },
      [self](unsubscribe) { self->quit(); },
  };
}

} // namespace

collection_subscription listen(const collection_actor& collection, event_callbacks callbacks) {
  auto listener =
      collection.home_system().spawn<caf::hidden>(listener_behavior, std::move(callbacks));
  compat::anon_send(collection, subscribe_v, listener);
  return {collection, std::move(listener)};
}

void collection_subscription::cancel() {
  if (!listener_)
    return;
  compat::anon_send(collection_, unsubscribe_v, listener_);
  compat::anon_send(std::exchange(listener_, nullptr), unsubscribe_v);
}

} // namespace hamok
