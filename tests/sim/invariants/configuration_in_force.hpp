#pragma once

// "A server always uses the latest configuration in its log, regardless of whether the entry is
// committed" (thesis, 4.1).

#include "hamok/tests/sim/invariant.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace hamok::sim {

/// The configuration in force is the last one in the log from the moment it is there, and for as
/// long as it is there; and the shell is told when it is another one.
class configuration_in_force final : public invariant {
public:
  const char* name() const noexcept override { return "the latest configuration is in force"; }

  void started(const cluster_view& all, std::size_t who) override {
    check(all, who);
    known_.resize(all.members.size());
    known_[who] = in_log(all, who);
  }

  void stepped(const cluster_view& all, const step_view& step) override {
    if (step.log_changed_from == 0 && !step.out->members_changed)
      return;
    check(all, step.who);
    const auto before = std::exchange(known_[step.who], in_log(all, step.who));
    require(step.out->members_changed || before == known_[step.who], [&] {
      return called(all, step.who) + " has another configuration in force and does not tell";
    });
  }

private:
  using place = std::pair<raft::index_t, std::uint64_t>;

  static place in_log(const cluster_view& all, std::size_t who) {
    const auto& log = all.members[who].log;
    const auto index = log.configuration_at(log.last_index()).index;
    return {index, log.chain_at(index)};
  }

  void check(const cluster_view& all, std::size_t who) const {
    const auto& member = all.members[who];
    const auto last = member.log.last_index();
    require(member.core->members() == all.members_at(member.log, last), [&] {
      return called(all, who) + " does not use the configuration at index "
             + str(member.log.configuration_at(last).index) + ", the last in its log";
    });
  }

  std::vector<place> known_; ///< by member
};

} // namespace hamok::sim
