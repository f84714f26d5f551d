#pragma once

// Connections that a listener has accepted: a broker that becomes a peer link or the member's side
// of the client protocol when the first frame has come.

#include "hamok/io/link_config.hpp"

#include <caf/io/abstract_broker.hpp>
#include <caf/io/broker.hpp>

#include <atomic>
#include <cstddef>
#include <memory>

namespace hamok {

/// How many connections a listener has.
struct connection_counts {
  std::atomic<std::size_t> all{0};
  std::atomic<std::size_t> unfinished{0}; ///< whose hello is not completed
  std::atomic<std::size_t> clients{0};
  std::size_t max_clients = 0; ///< the rest is for members
};

/// Takes over the connection from the listener `owner`. Runs in the multiplexer's thread.
void spawn_accepted(caf::io::broker* owner, caf::io::connection_handle handle, link_config config,
                    std::shared_ptr<connection_counts> counts);

} // namespace hamok
