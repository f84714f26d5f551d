#pragma once

// Messages that no member of the group can have sent are dropped, by name and without effect.

#include "hamok/tests/sim/invariant.hpp"

#include <algorithm>
#include <tuple>

namespace hamok::sim {

/// What no member of the group can have sent is rejected by name and has no effect: not on what the
/// world sees, nor on the hard state, nor on what a leader believes of its members.
class strangers_change_nothing final : public invariant {
public:
  const char* name() const noexcept override { return "bad messages change nothing"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    if (!step.must_be_rejected)
      return;
    const auto& out = *step.out;
    require(out.rejected != nullptr, [&] {
      return called(all, step.who) + " does not reject a message that nobody may send";
    });
    require(!out.persist && out.send.empty() && out.committed.entries.empty()
                && step.before == *step.after,
            [&] {
              return called(all, step.who) + " rejects a message (" + out.rejected
                     + ") and acts on it";
            });
    const auto& core = *all.members[step.who].core;
    require(step.hard_before == core.hard()
                && std::ranges::equal(step.progress_before, core.progress(), same),
            [&] {
              return called(all, step.who) + " rejects a message (" + out.rejected
                     + ") and believes a part of it";
            });
  }

private:
  static bool same(const raft::peer_progress& one, const raft::peer_progress& other) {
    const auto all_of = [](const raft::peer_progress& each) {
      return std::tie(each.id, each.match_index, each.next_index, each.mode, each.inflight_messages,
                      each.inflight_bytes, each.last_contact, each.acked_round);
    };
    return all_of(one) == all_of(other);
  }
};

} // namespace hamok::sim
