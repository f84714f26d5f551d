#pragma once

// One index and term, one log up to there (paper, 5.3 and figure 3).

#include "hamok/tests/sim/invariant.hpp"

#include <vector>

namespace hamok::sim {

/// If two logs contain an entry with the same index and term, then the logs are identical in all
/// entries up through the given index (paper, figure 3). Compared with every log that there ever
/// was, not only with those of the moment.
class log_matching final : public invariant {
public:
  const char* name() const noexcept override { return "log matching"; }

  void started(const cluster_view& all, std::size_t who) override { compare(all, who, 1); }

  void stepped(const cluster_view& all, const step_view& step) override {
    if (step.log_changed_from > 0)
      compare(all, step.who, step.log_changed_from);
  }

private:
  struct version {
    raft::term_t term;
    std::uint64_t chain;
  };

  void compare(const cluster_view& all, std::size_t who, raft::index_t first) {
    const auto& log = all.members[who].log;
    for (auto index = first; index <= log.last_index(); ++index) {
      compare_entry(all, who, index);
      const auto before = log.get(index - 1);
      const auto entry = log.get(index);
      require(entry.term >= before.term && entry.term > 0, [&] {
        return called(all, who) + " has an entry of term " + str(entry.term) + " at " + str(index)
               + " behind one of term " + str(before.term);
      });
      require(entry.cluster_time >= before.cluster_time, [&] {
        return "the cluster's clock goes back in the log of " + called(all, who) + " at "
               + str(index);
      });
    }
  }

  void compare_entry(const cluster_view& all, std::size_t who, raft::index_t index) {
    const auto entry = all.members[who].log.get(index);
    if (seen_.size() < index)
      seen_.resize(index);
    for (const auto& known : seen_[index - 1]) {
      if (known.term != entry.term)
        continue;
      require(known.chain == entry.chain, [&] {
        return called(all, who) + " has another log up to index " + str(index) + ", term "
               + str(entry.term) + ", than there was before";
      });
      return;
    }
    seen_[index - 1].push_back({entry.term, entry.chain});
  }

  std::vector<std::vector<version>> seen_; ///< by index
};

} // namespace hamok::sim
