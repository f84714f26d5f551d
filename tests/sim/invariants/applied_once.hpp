#pragma once

// However often a client asks, each operation changes the state once.

#include "hamok/tests/sim/invariant.hpp"

#include <set>
#include <utility>
#include <vector>

namespace hamok::sim {

/// No operation is applied twice, and each state machine is given every index once, in order.
class applied_once final : public invariant {
public:
  const char* name() const noexcept override { return "no operation applied twice"; }

  void applied(const cluster_view& all, const apply_view& apply) override {
    require(all.past.gaps() == 0, [] {
      return std::string{"an operation is committed before the one that its client sent before"};
    });
    if (apply.repeated)
      return;
    machines_.resize(all.members.size());
    auto& machine = machines_[apply.who];
    if (apply.index == 1)
      machine = {}; // a new one, after a restart
    require(apply.index == machine.last + 1, [&] {
      return called(all, apply.who) + " applies index " + str(apply.index) + " after index "
             + str(machine.last);
    });
    machine.last = apply.index;
    const auto& what = all.past.at(apply.index).what;
    if (!what || !apply.result.fresh)
      return;
    require(machine.done.emplace(what->client, what->sequence).second,
            [&] { return called(all, apply.who) + " applies twice: " + to_string(*what); });
  }

  void started(const cluster_view& all, std::size_t who) override {
    machines_.resize(all.members.size());
    if (all.members[who].applied_index == 0)
      machines_[who] = {};
  }

  /// What a snapshot has the effect of is done.
  void installed(const cluster_view& all, const install_view& install) override {
    machines_.resize(all.members.size());
    auto& machine = machines_[install.who];
    machine = {install.index, {}};
    for (raft::index_t index = 1; index <= install.index; ++index) {
      const auto& entry = all.past.at(index);
      if (entry.what && entry.result.fresh)
        machine.done.emplace(entry.what->client, entry.what->sequence);
    }
  }

private:
  struct machine_state {
    raft::index_t last = 0;
    std::set<std::pair<std::uint32_t, std::uint64_t>> done;
  };

  std::vector<machine_state> machines_;
};

} // namespace hamok::sim
