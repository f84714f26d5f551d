#pragma once

// The core's outputs are all that a shell needs to see.

#include "hamok/tests/sim/invariant.hpp"

namespace hamok::sim {

/// A shell sees only outputs, so they tell every change; and a core that was just woken does not
/// want to be woken at the same time again.
class truthful_output final : public invariant {
public:
  const char* name() const noexcept override { return "outputs tell what has changed"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    const auto& before = step.before;
    const auto& after = *step.after;
    const auto& out = *step.out;
    require(out.role.has_value() == (before.role != after.role)
                && (!out.role || *out.role == after.role),
            [&] { return called(all, step.who) + " changes its role and tells another story"; });
    // The same leader of another term may be told again.
    require(out.leader_changed ? before.leader != after.leader || before.term != after.term
                               : before.leader == after.leader,
            [&] {
              return called(all, step.who)
                     + " knows another leader and does not tell, or the reverse";
            });
    require(out.deadline == after.deadline,
            [&] { return called(all, step.who) + " gives one deadline and has another"; });
    require(step.event != event_kind::tick || after.deadline > step.local_now,
            [&] { return called(all, step.who) + " was woken and wants to be woken in the past"; });
    require(out.proposal.has_value() == (step.event == event_kind::propose), [&] {
      return called(all, step.who) + " answers a proposal that was not made, or the reverse";
    });
    require(out.change.has_value() == (step.event == event_kind::change_members), [&] {
      return called(all, step.who) + " answers a wish that was not made, or the reverse";
    });
  }
};

} // namespace hamok::sim
