#pragma once

// Messages that no member of the group can have sent are dropped, by name and without effect.

#include "hamok/tests/sim/invariant.hpp"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

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
    const auto& core = *all.members[step.who].core;
    if (begins_change(step)) {
      require(step.hard_before == core.hard(), [&] {
        return called(all, step.who) + " rejects a message and takes over its term or a vote";
      });
      return;
    }
    require(!out.persist && out.send.empty() && out.committed.entries.empty()
                && step.before == *step.after,
            [&] {
              return called(all, step.who) + " rejects a message (" + out.rejected
                     + ") and acts on it";
            });
    require(
        step.hard_before == core.hard()
            && std::ranges::equal(staying(step.progress_before), staying(core.progress()), same),
        [&] {
          return called(all, step.who) + " rejects a message (" + out.rejected
                 + ") and believes a part of it";
        });
  }

private:
  /// Whatever a member sends proves that there is a link to it, and a leader may have waited for
  /// nothing else to promote a learner: it writes a configuration, sends it, and that is all.
  static bool begins_change(const step_view& step) {
    const auto& out = *step.out;
    return step.from != nobody && step.before.role == raft::role::leader
           && step.after->role == raft::role::leader && out.members_changed && out.persist
           && !out.persist->state && !out.persist->truncate_from && out.persist->entries.size() == 1
           && out.persist->entries.front().kind == raft::entry_kind::configuration
           && out.committed.entries.empty()
           && std::ranges::all_of(out.send, [](const raft::outbound& sent) {
                return std::holds_alternative<raft::append_request>(sent.message.body);
              });
  }

  /// Who leaves is told no more after a while, whatever else happens then.
  static std::vector<raft::peer_progress> staying(std::vector<raft::peer_progress> all) {
    std::erase_if(all, [](const raft::peer_progress& each) { return each.leaving; });
    return all;
  }

  static bool same(const raft::peer_progress& one, const raft::peer_progress& other) {
    const auto all_of = [](const raft::peer_progress& each) {
      return std::tie(each.id, each.match_index, each.next_index, each.mode, each.inflight_messages,
                      each.inflight_bytes, each.last_contact, each.acked_round);
    };
    return all_of(one) == all_of(other);
  }
};

} // namespace hamok::sim
