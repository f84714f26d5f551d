#pragma once

// Connects to one remote endpoint, again and again until there is a link. It runs in a thread of
// its own: resolving and connecting never block the multiplexer or the scheduler.

#include "hamok/actors/interfaces/endpoint.hpp"
#include "hamok/io/link_config.hpp"
#include "hamok/io/resolver.hpp"

#include <caf/timespan.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>

#include <string>

namespace hamok {

/// Keeps trying to link with one member. Ends with an exit message (`caf::anon_send_exit`), when
/// the node does, or when nobody holds its handle any more.
using dialer_actor = caf::typed_actor<
    // Try from now on, at once the first time: at the start, and when the last link to the member
    // has gone down.
    caf::result<void>(caf::connect_atom),
    // Leave it: there is a link to the member (whoever dialed it), or the node is stopped. A link
    // that this dialer has made stays.
    caf::result<void>(caf::idle_atom)>;

/// Whom to connect to.
struct dial_target {
  std::string peer; ///< empty: whoever is there
  endpoint at;      ///< the name is resolved anew at every attempt
  lookup_function look_up = &::getaddrinfo;
};

/// How long to wait for what.
struct dial_limits {
  caf::timespan connect_timeout = std::chrono::seconds{1}; ///< of the name, and of each address
  /// Pause after a failure: doubled each time between these, and up to a half shorter at random.
  caf::timespan min_backoff = std::chrono::milliseconds{20};
  caf::timespan max_backoff = std::chrono::seconds{1};
};

/// Starts a dialer, idle until it gets a `connect_atom`. While it is not idle it has at most one
/// connection or link of its own; when that ends, for whatever reason, it goes on: at once after a
/// link that was up, after a pause otherwise.
dialer_actor spawn_dialer(caf::actor_system& system, dial_target target, link_config config,
                          dial_limits limits = {});

} // namespace hamok
