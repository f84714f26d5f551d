#include "hamok/tests/sim/disk.hpp"

#include "hamok/tests/sim/world.hpp"

#include <algorithm>

namespace hamok::sim {

disk::disk(world& all, std::size_t who) : all_(all), who_(who) {}

void disk::begin_anew(const raft::snapshot_meta& base) {
  base_ = base;
  hard_ = {};
  entries_.clear();
  snapshots_.clear();
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
  if (request.replaces)
    view.written = all_.rules.view().past.up_to(request.base->index);
  else if (request.base && request.base->index > view.written.last_index())
    throw violation{"everything is written",
                    "member " + all_.name(who_) + " drops more than its log"};
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
  if (request.truncate_from && *request.truncate_from <= last_index()) {
    if (*request.truncate_from <= base_.index)
      throw violation{"everything is written",
                      "member " + all_.name(who_) + " truncates what it has dropped"};
    entries_.resize(*request.truncate_from - base_.index - 1);
    view.synced.truncate_from(*request.truncate_from);
  }
  for (const auto& entry : request.entries) {
    entries_.push_back(entry);
    view.synced.append(entry);
  }
  if (request.base)
    rebase(request);
  if (request.state) {
    hard_ = *request.state;
    view.synced_hard = hard_;
  }
}

void disk::rebase(const raft::persist_request& request) {
  const auto& base = *request.base;
  if (request.replaces) {
    entries_.clear();
    all_.rules.view().members[who_].synced = all_.rules.view().past.up_to(base.index);
  } else {
    const auto dropped = std::min<std::size_t>(base.index - base_.index, entries_.size());
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(dropped));
  }
  base_ = base;
  std::erase_if(snapshots_, [&](const auto& each) { return each.first < base.index; });
}

raft::index_t disk::last_index() const noexcept {
  return base_.index + entries_.size();
}

void disk::save(raft::index_t index, blob bytes) {
  snapshots_[index] = {std::move(bytes), true};
}

void disk::store(raft::index_t index, blob bytes) {
  snapshots_[index].bytes = std::move(bytes);
}

// One from behind the end of the log would leave a hole, and what the log has there may be of an
// older leader as long as the write that corrects it is on its way; and of what was installed, only
// that counts which the log begins behind.
raft::index_t disk::current() const {
  const auto& view = all_.rules.view();
  const auto is_in_log = [&](raft::index_t index) {
    const auto& log = view.members[who_].synced;
    return log.holds(index) && log.chain_at(index) == view.past.at(index).chain;
  };
  auto result = base_.index;
  for (const auto& [index, stored] : snapshots_)
    if (stored.saved && is_in_log(index))
      result = std::max(result, index);
  return result;
}

std::pair<raft::index_t, blob> disk::snapshot() const {
  const auto index = current();
  if (index == 0)
    return {};
  const auto found = snapshots_.find(index);
  if (found == snapshots_.end())
    throw violation{"compaction stays behind",
                    "member " + all_.name(who_) + " has no snapshot of what it has dropped, up to "
                        + str(index)};
  return {index, found->second.bytes};
}

void disk::replace(const raft::snapshot_meta& base) {
  raft::persist_request request;
  request.base = base;
  request.replaces = true;
  apply(request);
  auto& view = all_.rules.view().members[who_];
  view.written = view.synced;
  all_.rules.synced(who_);
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
  if (!all_.lives[who_].config.volatile_state)
    state.saved = current();
  return state;
}

} // namespace hamok::sim
