#pragma once

// Messages that no member of the group can have sent are dropped, by name and without effect.

#include "hamok/tests/sim/invariant.hpp"

namespace hamok::sim {

/// What no member of the group can have sent is rejected by name and has no effect.
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
  }
};

} // namespace hamok::sim
