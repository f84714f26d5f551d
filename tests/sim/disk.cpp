#include "hamok/tests/sim/disk.hpp"

#include "hamok/tests/sim/world.hpp"

#include <algorithm>

namespace hamok::sim {

disk::disk(world& all, std::size_t who) : all_(all), who_(who) {}

void disk::begin_anew(const raft::snapshot_meta& base) {
  base_ = base;
  hard_ = {};
  entries_.clear();
  pending_.clear();
  busy_ = false;
  ++life_;
  auto& view = all_.rules.view().members[who_];
  view.written = view.synced = {};
  view.written_hard = view.synced_hard = {};
}

void disk::write(const raft::persist_request& request) {
  auto& view = all_.rules.view().members[who_];
  if (request.truncate_from)
    view.written.truncate_from(*request.truncate_from);
  if (!request.entries.empty() && request.first_index != view.written.last_index() + 1)
    throw violation{"everything is written", "member " + all_.name(who_) + " writes index "
                                                 + str(request.first_index) + " behind "
                                                 + str(view.written.last_index())};
  for (const auto& entry : request.entries)
    view.written.append(entry);
  if (request.state)
    view.written_hard = *request.state;
  pending_.push_back(request);
  if (!busy_)
    plan_next();
}

void disk::plan_next() {
  busy_ = true;
  const auto& plan = all_.plan.disk;
  duration delay{0};
  if (!plan.at_once) {
    delay = all_.chance.between(plan.min_delay, plan.max_delay);
    if (all_.trouble.stormy() && all_.chance.chance(plan.stall_per_mille)) {
      delay += all_.chance.between(duration{0}, plan.max_stall);
      all_.done.add(count::disk_stalls);
    }
  }
  // What is there when a sync begins is made durable by it, or only the first of it.
  const auto writes = all_.chance.chance(400) ? pending_.size() : 1;
  all_.time.after(delay, [this, writes, life = life_] {
    if (life == life_)
      finish(writes);
  });
}

void disk::finish(std::size_t writes) {
  busy_ = false;
  std::uint64_t sequence = 0;
  for (; writes > 0 && !pending_.empty(); --writes) {
    sequence = pending_.front().sequence;
    apply(pending_.front());
    pending_.pop_front();
  }
  all_.story.note(all_.time.now(), {0xD15C, who_, sequence},
                  [&] { return all_.name(who_) + " has synced write " + str(sequence); });
  all_.rules.synced(who_);
  if (!pending_.empty())
    plan_next();
  all_.members[who_].write_done(sequence);
}

void disk::apply(const raft::persist_request& request) {
  auto& view = all_.rules.view().members[who_];
  if (request.truncate_from && *request.truncate_from <= entries_.size()) {
    entries_.resize(*request.truncate_from - 1);
    view.synced.truncate_from(*request.truncate_from);
  }
  for (const auto& entry : request.entries) {
    entries_.push_back(entry);
    view.synced.append(entry);
  }
  if (request.state) {
    hard_ = *request.state;
    view.synced_hard = hard_;
  }
}

void disk::crash() {
  std::size_t kept = 0;
  if (!pending_.empty() && all_.chance.chance(300))
    kept = all_.chance.between(1, pending_.size());
  for (std::size_t i = 0; i < kept; ++i)
    apply(pending_[i]);
  all_.done.add(count::writes_kept_by_luck, kept);
  all_.done.add(count::writes_lost, pending_.size() - kept);
  pending_.clear();
  busy_ = false;
  ++life_;
  auto& view = all_.rules.view().members[who_];
  view.written = view.synced;
  view.written_hard = view.synced_hard;
  all_.rules.synced(who_);
}

void disk::finish_all() {
  for (const auto& request : pending_)
    apply(request);
  pending_.clear();
  busy_ = false;
  ++life_;
  all_.rules.synced(who_);
}

raft::initial_state disk::load() const {
  raft::initial_state state;
  state.hard = hard_;
  state.base = base_;
  state.entries = entries_;
  return state;
}

} // namespace hamok::sim
