#pragma once

// A member of the `hamok` program as a subscriber of an emitter.

#include "hamok/actors/node.hpp"

#include <string>

namespace hamok::cli {

/// The words EMITTER and EVENT of "EMITTER/EVENT"; empty where it is none. The name of an emitter
/// may have slashes, that of an event has none then.
struct printed_event {
  std::string emitter;
  std::string event;

  [[nodiscard]] static printed_event parse(const std::string& words);
};

/// Lets the member listen to the event, and prints each that it hears to stdout, from an actor of
/// its own that ends with the actor system. The emitter is created where it is not there. An error:
/// there can be no such emitter.
[[nodiscard]] caf::error print_events(node& member, const printed_event& which, bool json);

} // namespace hamok::cli
