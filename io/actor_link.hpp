#pragma once

// Links whose two ends are actors that send each other messages: inside of one actor system
// (local_link.hpp), or over the connections of CAF's BASP (basp_link.hpp).
//
// The side that dials has a handle of the other node, and sends it `(open_link, link_hello,
// link_actor)`. That node opens the other end, and from then on the two ends talk to each other,
// and watch each other: where CAF knows that a node is gone, so does the link.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/io/link_config.hpp"
#include "hamok/io/local_network.hpp"

#include <caf/actor_addr.hpp>
#include <caf/fwd.hpp>

#include <map>
#include <memory>
#include <string>

namespace hamok {

/// What the ends of one member's actor links have in common.
struct actor_link_options {
  hamok::placement placement = hamok::placement::automatic;
  std::shared_ptr<local_network> network; ///< null: nothing disturbs
  caf::timespan retry = std::chrono::milliseconds{20};
};

/// Starts this member's end of a link to the node `other`, which should be `expected_peer` (empty:
/// any). `where` is for the log.
link_actor spawn_actor_link(caf::actor_system& system, node_actor other, std::string expected_peer,
                            std::string where, actor_link_options options, link_config config);

/// Opens the ends of actor links that others have dialed. One for each node, used by it alone.
class link_door {
public:
  /// Ends that are open or on their way; what comes beyond them is not answered.
  static constexpr std::size_t max_ends = 256;

  link_door(self_ptr self, compat::monitors& monitors) : self_(self), monitors_(monitors) {}

  /// Somebody knocks: `said` comes from the end `from`, for the first time or once more.
  void open(const link_hello& said, const link_actor& from, const actor_link_options& options,
            const link_config& config);

private:
  self_ptr self_;
  compat::monitors& monitors_;                      // an actor can have one only
  std::map<caf::actor_addr, caf::actor_addr> ends_; ///< ours, by theirs
};

} // namespace hamok
