#include "hamok/tests/sim/repair.hpp"

#include "hamok/raft/codec.hpp"
#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/world.hpp"

#include <algorithm>

namespace hamok::sim {

namespace {

raft::index_t last_common_index(const shadow_log& one, const shadow_log& other) {
  auto index = std::min(one.last_index(), other.last_index());
  while (index > 0 && !one.agrees(other, index))
    --index;
  return index;
}

/// Terms of the entries behind `index`.
std::size_t terms_behind(const shadow_log& log, raft::index_t index) {
  std::size_t terms = 0;
  for (auto at = index + 1; at <= log.last_index(); ++at)
    if (at == index + 1 || log.term_at(at) != log.term_at(at - 1))
      ++terms;
  return terms;
}

} // namespace

repair::repair(const world& all, std::size_t leader)
    : all_(all),
      leader_(leader),
      log_(all.rules.view().members[leader].log) {
  for (std::size_t who = 0; who < all_.members.size(); ++who)
    tasks_.push_back(takes_part(who) ? std::optional{plan_for(who)} : std::nullopt);
}

bool repair::takes_part(std::size_t who) const {
  const auto& view = all_.rules.view();
  const auto& node = all_.nodes[all_.lives[who].place];
  return who != leader_ && view.members[who].up && node.hears(leader_)
         && all_.nodes[all_.lives[leader_].place].hears(who)
         && raft::is_member(view.members[leader_].core->members(), all_.lives[who].config.self);
}

std::size_t repair::batches_from(raft::index_t first) const {
  const auto& limits = all_.lives[leader_].config;
  const auto& log = all_.rules.view().members[leader_].core->log();
  std::size_t batches = 0;
  std::size_t entries = 0;
  std::size_t bytes = 0;
  for (auto index = std::max(first, log.first_index()); index <= log_.last_index(); ++index) {
    const auto size = raft::encoded_size(log.at(index));
    if (batches == 0 || entries == limits.max_batch_entries
        || bytes + size > limits.max_batch_bytes) {
      ++batches;
      entries = 0;
      bytes = 0;
    }
    ++entries;
    bytes += size;
  }
  return batches;
}

repair::work repair::plan_for(std::size_t who) const {
  const auto& plan = all_.plan;
  const auto& other = all_.rules.view().members[who].log;
  const auto common = last_common_index(log_, other);
  work result;
  result.conflicting_terms = terms_behind(other, common);
  result.batches = batches_from(common + 1);
  result.common = common;
  // Beside these: the first heartbeats, since a lost probe is sent again with the next one, an old
  // answer that comes in between, and what a disk was given before.
  const auto round_trips = static_cast<int>(result.conflicting_terms + result.batches + 2);
  const auto before = all_.members[who].writes() ? plan.disk.max_stall : duration{0};
  result.due = all_.time.now() + all_.round_trip() * round_trips
               + all_.lives[leader_].config.heartbeat * 5 / 4 + before;
  return result;
}

// Who lacks what is not in the leader's log, or was dropped from it since, is given a snapshot
// first.
duration repair::time_for_snapshot(const work& task) const {
  const auto& log = all_.rules.view().members[leader_].core->log();
  return task.common < log.base().index ? all_.time_to_install() : duration{0};
}

bool repair::done() {
  bool all_equal = true;
  for (std::size_t who = 0; who < tasks_.size(); ++who) {
    if (!tasks_[who] || !takes_part(who))
      continue;
    const auto& task = *tasks_[who];
    if (all_.rules.view().members[who].log.agrees(log_, log_.last_index()))
      continue;
    all_equal = false;
    if (all_.time.now() > task.due + time_for_snapshot(task))
      throw violation{"convergence", "the log of member " + all_.name(who)
                                         + " is not yet that of its leader " + all_.name(leader_)
                                         + ", after a round trip for each of "
                                         + str(task.conflicting_terms) + " conflicting terms and "
                                         + str(task.batches) + " batches"};
  }
  return all_equal;
}

} // namespace hamok::sim
