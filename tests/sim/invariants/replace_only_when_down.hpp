#pragma once

// Another life of a name takes the place of one whose link is down (consensus.md, 4).

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"
#include "hamok/tests/sim/written_members.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace hamok::sim {

/// Neither as learner nor as voter does a leader let a life in beside another one of its name to
/// which it has a link: who was told to be up, or was heard since it was told to be down.
class replace_only_when_down final : public invariant {
public:
  const char* name() const noexcept override { return "lives are replaced when they are down"; }

  void started(const cluster_view& all, std::size_t who) override {
    linked_.resize(all.members.size());
    linked_[who].clear();
  }

  void stepped(const cluster_view& all, const step_view& step) override {
    note_link(all, step);
    for_each_written(all, step, [&](raft::index_t, const auto& before, const auto& next) {
      for (const auto& id : raft::others(next, {}))
        if (!raft::is_member(before, id)
            || (raft::is_voter(next, id) && !raft::is_voter(before, id)))
          check(all, step, before, id);
    });
  }

private:
  void note_link(const cluster_view& all, const step_view& step) {
    if (step.from == nobody)
      return;
    auto& linked = linked_[step.who];
    if (step.event == event_kind::link_down)
      linked.erase(step.from);
    else if (step.event == event_kind::link_up)
      linked.insert(step.from);
    else if (!step.out->rejected
             && raft::is_member(all.members[step.who].core->members(),
                                all.lives[step.from].config.self))
      linked.insert(step.from);
  }

  void check(const cluster_view& all, const step_view& step, const raft::configuration& before,
             const raft::member_id& id) const {
    for (const auto& other : raft::others(before, id)) {
      const auto number = all.lives.number_of(other);
      require(other.peer != id.peer || !linked_[step.who].contains(number), [&] {
        return called(all, step.who) + " lets " + called(all, all.lives.number_of(id))
               + " in beside " + called(all, number) + ", to which it has a link";
      });
    }
  }

  std::vector<std::set<std::size_t>> linked_; ///< by member: who certainly is
};

} // namespace hamok::sim
