#pragma once

// What a leader counts on, its members have (paper, figure 2: match_index).

#include "hamok/tests/sim/invariant.hpp"

#include <algorithm>

namespace hamok::sim {

/// What a leader believes of a member is true for as long as that member is in its term: everything
/// up to `match_index` survives there and equals the leader's log. Its window is never overfull.
class leader_knows_members final : public invariant {
public:
  const char* name() const noexcept override { return "what a leader knows is true"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    if (step.after->role != raft::role::leader)
      return;
    // Progress is a copy: look at it where it may have grown, and now and then.
    if (step.event != event_kind::receive && ++skipped_ % 8 != 0)
      return;
    for (const auto& peer : all.members[step.who].core->progress())
      check(all, step, peer);
  }

private:
  void check(const cluster_view& all, const step_view& step,
             const raft::peer_progress& peer) const {
    const auto& leader = all.members[step.who];
    const auto number = all.lives.number_of(peer.id);
    const auto& member = all.members[number];
    require(peer.match_index == 0 || member.synced_hard.term != step.after->term
                || member.synced.agrees(leader.log, peer.match_index),
            [&] {
              return called(all, step.who) + " believes that " + called(all, number)
                     + " holds index " + str(peer.match_index) + " and all before";
            });
    require(peer.match_index < peer.next_index && peer.next_index <= step.after->last_index + 1,
            [&] {
              return called(all, step.who) + " would send index " + str(peer.next_index) + " to "
                     + called(all, number) + ", which has " + str(peer.match_index);
            });
    const auto& config = all.lives[step.who].config;
    const auto largest = std::max<std::size_t>(config.max_batch_bytes, 2048);
    require(peer.inflight_messages <= config.max_inflight_messages
                && peer.inflight_bytes <= config.max_inflight_bytes + largest,
            [&] {
              return called(all, step.who) + " has " + str(peer.inflight_messages)
                     + " requests with " + str(peer.inflight_bytes) + " bytes on the way to "
                     + called(all, number);
            });
  }

  std::size_t skipped_ = 0;
};

} // namespace hamok::sim
