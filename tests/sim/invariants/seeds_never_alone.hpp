#pragma once

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"

#include <algorithm>
#include <vector>

namespace hamok::sim {

/// A node founds only with whom its operator has told it to: by name, or with as many as expected.
/// With seeds alone it never does; with nothing at all it founds alone (consensus.md, 5).
class seeds_never_alone final : public invariant {
public:
  const char* name() const noexcept override { return "nobody founds but as configured"; }

  void saved(const cluster_view& all, const save_view& save) override {
    const auto& known = *save.now;
    if (!raft::contains(known.founders, known.self) || known.founders == save.before->founders)
      return;
    require(fits(*save.plan, all.lives[save.who].slot, known.founders), [&] {
      return called(all, save.who) + " founds with " + str(known.founders.size())
             + " although its operator has told it otherwise";
    });
  }

private:
  static bool fits(const node_plan& plan, std::size_t slot,
                   const std::vector<raft::member_id>& founders) {
    if (!plan.initial_members.empty()) {
      auto names = plan.initial_members;
      names.push_back(slot);
      return founders.size() >= plan.initial_members.size()
             && std::ranges::all_of(founders, [&](const raft::member_id& id) {
                  return std::ranges::any_of(
                      names, [&](std::size_t each) { return name_of(each) == id.peer; });
                });
    }
    if (plan.bootstrap_expect > 1)
      return founders.size() == plan.bootstrap_expect;
    return plan.seeds.empty() && founders.size() == 1;
  }
};

} // namespace hamok::sim
