#pragma once

// All state machines take the same entries in the same order (paper, 5.4.3 and figure 3).

#include "hamok/tests/sim/invariant.hpp"

#include <algorithm>

namespace hamok::sim {

/// If a server has applied an entry at a given index, no other server will ever apply a different
/// one for the same index (paper, figure 3). So all agree on what is committed, hand it out without
/// gaps, and every state machine has at each index the content of the plain model.
class state_machine_safety final : public invariant {
public:
  const char* name() const noexcept override { return "state machine safety"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    const auto& after = *step.after;
    const auto& log = all.members[step.who].log;
    require(after.commit_index <= after.last_index && log.holds(after.commit_index), [&] {
      return called(all, step.who) + " calls " + str(after.commit_index)
             + " committed, behind the end of its log at " + str(after.last_index);
    });
    require(after.commit_index == 0
                || log.chain_at(after.commit_index) == all.past.at(after.commit_index).chain,
            [&] {
              return called(all, step.who) + " calls another log committed up to index "
                     + str(after.commit_index);
            });
    check_delivery(all, step);
  }

  void applied(const cluster_view& all, const apply_view& apply) override {
    require(apply.index <= all.past.last_index() && apply.chain == all.past.at(apply.index).chain,
            [&] {
              return called(all, apply.who) + " applies another entry at " + str(apply.index)
                     + " than is committed there";
            });
    if (apply.repeated)
      return;
    const auto& expected = all.past.at(apply.index);
    require(apply.digest == expected.digest && apply.result == expected.result, [&] {
      return called(all, apply.who) + " has other content than the model after index "
             + str(apply.index);
    });
  }

private:
  void check_delivery(const cluster_view& all, const step_view& step) const {
    const auto& after = *step.after;
    const auto& given = step.out->committed;
    require(after.delivered_index <= after.commit_index, [&] {
      return called(all, step.who) + " hands out " + str(after.delivered_index) + ", committed are "
             + str(after.commit_index);
    });
    const auto before = std::max(step.before.delivered_index, step.installed_index);
    require(after.delivered_index == before + given.entries.size()
                && (given.entries.empty() || given.first_index == before + 1),
            [&] {
              return called(all, step.who) + " hands out " + str(given.entries.size())
                     + " entries from " + str(given.first_index) + " on, after " + str(before);
            });
  }
};

} // namespace hamok::sim
