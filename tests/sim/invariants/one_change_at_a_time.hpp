#pragma once

// Changes of the members go one step after another, and each step is one that keeps a majority in
// common with the one before (thesis, 4.1 and 4.3).

#include "hamok/raft/codec.hpp"
#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"
#include "hamok/tests/sim/written_members.hpp"

#include <algorithm>
#include <vector>

namespace hamok::sim {

/// A configuration is only written behind one that is committed, by a leader that has committed
/// something of its own term (the condition that joint consensus needs as well as the changes by
/// single servers); it follows its predecessor by one legal step; and who goes is retired by it.
class one_change_at_a_time final : public invariant {
public:
  const char* name() const noexcept override { return "one change at a time"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    if (step.out->persist)
      for (const auto& entry : step.out->persist->entries)
        require(entry.kind != raft::entry_kind::configuration
                    || raft::read_configuration(entry.data),
                [&] { return called(all, step.who) + " writes a configuration that is none"; });
    for_each_written(all, step, [&](raft::index_t index, const auto& before, const auto& next) {
      check_predecessor(all, step, index);
      require(is_legal(before, next), [&] {
        return called(all, step.who) + " writes a configuration at " + str(index)
               + " that is no legal step from the one before";
      });
      require(retires(before, next, index), [&] {
        return called(all, step.who) + " writes a configuration at " + str(index)
               + " and does not retire whom it drops";
      });
    });
  }

private:
  using lives = std::vector<raft::member_id>;

  void check_predecessor(const cluster_view& all, const step_view& step,
                         raft::index_t index) const {
    const auto& log = all.members[step.who].log;
    const auto before = log.configuration_at(index - 1).index;
    require(before <= all.past.last_index()
                && (before == 0 || log.chain_at(before) == all.past.at(before).chain),
            [&] {
              return called(all, step.who) + " writes a configuration at " + str(index)
                     + " behind the one at " + str(before) + ", which is not committed";
            });
    const auto commit = step.after->commit_index;
    require(commit > 0 && log.term_at(commit) == step.after->term, [&] {
      return called(all, step.who) + " changes the members at " + str(index)
             + " before it has committed anything in term " + str(step.after->term);
    });
  }

  static bool same(lives one, lives other) {
    std::ranges::sort(one);
    std::ranges::sort(other);
    return one == other;
  }

  /// Those of `one` who are not in `other`.
  static lives without(const lives& one, const lives& other) {
    lives result;
    std::ranges::copy_if(one, std::back_inserter(result),
                         [&](const raft::member_id& id) { return !raft::contains(other, id); });
    return result;
  }

  static bool is_legal(const raft::configuration& before, const raft::configuration& next) {
    const auto new_learners = without(next.learners, before.learners);
    const auto lost_learners = without(before.learners, next.learners);
    if (!before.outgoing.empty()) // it is left
      return next.outgoing.empty() && same(next.voters, before.voters)
             && same(next.learners, before.learners);
    if (next.outgoing.empty()) // learners come, go, or take each other's place
      return same(next.voters, before.voters)
             && (new_learners.empty()
                     ? lost_learners.size() == 1
                     : new_learners.size() == 1 && are_called(lost_learners, new_learners.front()));
    return same(next.outgoing, before.voters) && new_learners.empty()
           && is_legal_joint(without(next.voters, before.voters),
                             without(before.voters, next.voters), lost_learners);
  }

  /// A learner is promoted, perhaps in the place of a voter of its name; or a voter goes, and with
  /// it who was to take its place.
  static bool is_legal_joint(const lives& come, const lives& go, const lives& lost_learners) {
    if (come.size() == 1)
      return same(lost_learners, come) && are_called(go, come.front());
    return come.empty() && go.size() == 1 && are_called(lost_learners, go.front());
  }

  /// At most one, and of that name.
  static bool are_called(const lives& those, const raft::member_id& other) {
    return those.empty() || (those.size() == 1 && those.front().peer == other.peer);
  }

  static bool retires(const raft::configuration& before, const raft::configuration& next,
                      raft::index_t index) {
    for (const auto& life : before.retired)
      if (!std::ranges::count(next.retired, life) && next.retired_floor < life.index)
        return false;
    for (const auto& id : raft::others(before, {}))
      if (!raft::is_member(next, id)
          && !std::ranges::count(next.retired, raft::retired_member{id, index})
          && next.retired_floor < index)
        return false;
    return next.retired_floor >= before.retired_floor;
  }
};

} // namespace hamok::sim
