#pragma once

// The broker link to a remote member: one connection of CAF's multiplexer, spoken in frames.
//
// The side that dialed says hello; the other side asks its node, and answers with its own hello and
// a welcome; the first asks its node too and answers with a welcome. Whoever has accepted and is
// accepted is up: the node gets `(link_opened, hello, link_actor)`. A side that refuses says why,
// and both log the reason and raise it as `event::error` of their node (but for
// `refused_duplicate`, which is no failure). The link actor ends with that reason.

#include "hamok/io/link_config.hpp"
#include "hamok/io/unique_fd.hpp"

#include <caf/fwd.hpp>

#include <string>

namespace hamok {

/// Starts a link on a connected socket, as the side that has dialed. `expected_peer` is the member
/// that should answer there (empty: any); `where` is for the log.
link_actor spawn_peer_link(caf::actor_system& system, unique_fd socket, link_config config,
                           std::string expected_peer, std::string where);

} // namespace hamok
