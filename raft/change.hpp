#pragma once

// Changes of the members as functions from one configuration to the next (thesis, 4.3;
// consensus.md, 4 and 6). Pure: the core decides when, and here is decided what.
//
//   a new name           C + learner; caught up: voters V+x, outgoing V; V+x
//   a voter's new life   C + learner x2, while x1 votes; caught up: voters V-x1+x2, outgoing V;
//                        V-x1+x2, and x1 is retired
//   a learner's new life C - x1 + x2 in one step, and x1 is retired
//   a voter goes         voters V-x, outgoing V; V-x, and x is retired
//   a learner goes       C - x in one step, and x is retired
//
// Which step is next is read off the configuration itself, never off what a leader remembers, so a
// new leader goes on with what it finds.
//
// Where a joiner begins: its core starts with an empty log behind the base that the founders
// started with (index 0, term 0, the configuration of the founding list), which the shell has from
// whoever admitted it. It is in none of its configurations then, so it follows and never campaigns,
// and takes the log from index 1 on. A core that starts without that (a base without voters) takes
// no entries at all: that is where a snapshot has to come first.

#include "hamok/raft/event.hpp"
#include "hamok/raft/links.hpp"
#include "hamok/raft/types.hpp"

#include <cstddef>
#include <optional>

namespace hamok::raft {

/// How a configuration that is about to be written names those whom it retires.
struct retirement {
  index_t index = 0; ///< where its entry will stand
  std::size_t limit =
      0; ///< lives to remember by name; at least that of the floor remains of others
};

/// What a wish comes to, seen from one configuration.
struct change_plan {
  std::optional<change_refusal> refused;
  bool done = false;                 ///< it is so already
  std::optional<configuration> next; ///< the first step; with none of all this it is under way
  member_id member;                  ///< whom it is about, with the incarnation where it is known
  /// Of whoever is to be removed: another life of that name takes part in its place.
  bool has_successor = false;
};

/// The first step from `now` to what is wished. The same wish again, at any later time, never
/// undoes what has happened since: an addition of a life that was removed is refused, and a removal
/// of a life whose name has come back under another one is done. Another life of a name is only
/// replaced while its link is not up (consensus.md, 4).
[[nodiscard]] change_plan plan_change(const configuration& now, const member_change& wish,
                                      const retirement& retiring, const link_table& links);

/// The joint configuration that makes `learner` a voter in the place of others of its name; none
/// when it is no learner, or another change is going on.
[[nodiscard]] std::optional<configuration> plan_promotion(const configuration& now,
                                                          const member_id& learner);

/// The configuration behind a joint one: its incoming half alone (thesis, 4.3).
[[nodiscard]] configuration leave_joint(const configuration& joint, const retirement& retiring);

} // namespace hamok::raft
