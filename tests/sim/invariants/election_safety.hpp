#pragma once

// One leader in a term (paper, 5.2 and figure 3).

#include "hamok/tests/sim/invariant.hpp"

#include <map>

namespace hamok::sim {

/// At most one leader can be elected in a given term (paper, figure 3).
class election_safety final : public invariant {
public:
  const char* name() const noexcept override { return "election safety"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    const auto& after = *step.after;
    if (after.role != raft::role::leader)
      return;
    const bool goes_on = step.before.role == raft::role::leader && step.before.term == after.term;
    const auto [won, first] = winners_.emplace(after.term, step.who);
    const auto winner = won->second;
    require(first || (goes_on && winner == step.who), [&] {
      return called(all, step.who) + " leads term " + str(after.term) + ", which "
             + called(all, winner) + " has won before";
    });
  }

private:
  std::map<raft::term_t, std::size_t> winners_;
};

} // namespace hamok::sim
