#include "hamok/collections/event_listener.hpp"

#include "hamok/actors/caf_compat.hpp"

#include <exception>
#include <string>
#include <utility>

namespace hamok {

namespace {

caf::result<void> call(const event_handler& handler, const emitted_event& event) {
  std::string thrown = "something";
  try {
    if (handler(event))
      return caf::unit;
    return make_error(errc::bad_value, "an event that cannot be decoded");
  } catch (const std::exception& what) {
    thrown = what.what();
  } catch (...) {
    // The user's own affair; the next event is called back all the same.
  }
  return make_error(errc::not_handled, "its callback has thrown: " + thrown);
}

caf::behavior listener_behavior(const event_handler& handler) {
  return {
      [handler](const emitted_event& event) { return call(handler, event); },
      [](const event::lagged&) {},
  };
}

} // namespace

caf::actor spawn_event_listener(caf::actor_system& system, event_handler handler) {
  return system.spawn<caf::hidden>(listener_behavior, std::move(handler));
}

} // namespace hamok
