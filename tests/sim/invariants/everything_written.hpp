#pragma once

// Memory and storage never tell two stories: a restart finds what the core knew.

#include "hamok/tests/sim/invariant.hpp"

namespace hamok::sim {

/// Whatever a restart needs has been handed to storage: no field, entry or truncation is forgotten,
/// and writes leave no gaps.
class everything_written final : public invariant {
public:
  const char* name() const noexcept override { return "everything is written"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    require(step.log_differs_from == 0, [&] {
      return called(all, step.who) + " has another log in memory than it has told storage, from "
             + str(step.log_differs_from) + " on";
    });
  }

  void written(const cluster_view& all, std::size_t who) override {
    const auto& member = all.members[who];
    require(member.written.last_index() == member.log.last_index()
                && member.written.agrees(member.log, member.log.last_index()),
            [&] {
              return called(all, who) + " has a log up to " + str(member.log.last_index())
                     + ", and what it has written differs (up to "
                     + str(member.written.last_index()) + ")";
            });
    require(member.written_hard == member.core->hard(), [&] {
      return called(all, who) + " is in term " + str(member.now.term) + " and has written term "
             + str(member.written_hard.term)
             + (member.written_hard.vote == member.core->hard().vote ? "" : ", or another vote");
    });
  }
};

} // namespace hamok::sim
