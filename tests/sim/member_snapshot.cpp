// Cuts, chunks and installs: the part of a member's shell that has the bytes.

#include "hamok/raft/checksum.hpp"
#include "hamok/tests/sim/member.hpp"
#include "hamok/tests/sim/world.hpp"

#include <algorithm>
#include <utility>

namespace hamok::sim {

// In memory the state machine is as old as storage. Otherwise it is what the last snapshot has.
void member::restore_machine() {
  auto& seen = view();
  if (machine_ && all_.lives[who_].config.volatile_state)
    return;
  machine_ = all_.plan.machine->make();
  given_ = {};
  seen.applied_index = 0;
  seen.saved_index = 0;
  const auto [index, bytes] = disk_.snapshot();
  if (index == 0)
    return;
  if (!machine_->restore(bytes))
    throw violation{"a cut is of one index",
                    "member " + all_.name(who_) + " cannot read its own snapshot"};
  all_.done.add(count::restarts_with_snapshot);
  given_ = all_.rules.view().past.up_to(index);
  seen.applied_index = index;
  seen.saved_index = index;
  all_.rules.installed({who_, index, machine_->digest(), bytes, machine_.get()});
}

// What storage holds, and how far the state machine is, which may live longer than the core.
raft::initial_state member::load() {
  const auto applied = view().applied_index;
  auto state = disk_.load();
  const auto held = [&] {
    const auto last = state.base.index + state.entries.size();
    return applied <= state.base.index
           || (applied <= last
               && state.entries[applied - state.base.index - 1].term == given_.term_at(applied));
  };
  if (!held()) { // the core has died between the install and its write
    disk_.replace(installed_);
    state = disk_.load();
  }
  state.restored = applied;
  return state;
}

void member::forget_snapshots() {
  cut_wish_.reset();
  cut_ = {};
  pieces_.clear();
  installing_.reset();
}

void member::handle_snapshots(raft::output& out) {
  if (out.drop_chunks)
    pieces_.clear();
  if (out.chunk) {
    if (out.chunk->offset == 0)
      pieces_.clear();
    const auto data = out.chunk->data.bytes();
    pieces_.insert(pieces_.end(), data.begin(), data.end());
  }
  if (out.install)
    begin_install(*out.install);
  if (out.release_cut)
    cut_ = {};
  if (out.cut) {
    all_.done.add(count::cuts_wanted);
    cut_wish_ = out.cut->index;
    if (view().applied_index >= *cut_wish_)
      take_cut();
  }
}

// -- cuts -----------------------------------------------------------------------------------------

// Called when the state machine has come to the wished index. After the death of the role alone it
// may be further: then there is no such cut any more.
void member::take_cut() {
  const auto index = *std::exchange(cut_wish_, std::nullopt);
  const bool there = view().applied_index == index;
  const bool fails = !there || (all_.trouble.stormy() && all_.chance.chance(50));
  const auto bytes = there ? machine_->snapshot() : blob{};
  if (there)
    all_.rules.cut({who_, index, bytes});
  const auto delay = all_.chance.between(duration{0}, all_.plan.idle / 4);
  all_.time.after(delay, [this, index, bytes, fails, life = life_] {
    if (life == life_)
      when_awake([this, index, bytes, fails] { end_cut(index, bytes, !fails); });
  });
}

void member::end_cut(raft::index_t index, const blob& bytes, bool ok) {
  all_.done.add(ok ? count::cuts : count::cuts_failed);
  if (ok) {
    cut_ = {index, bytes};
    if (!all_.lives[who_].config.volatile_state) {
      disk_.save(index, bytes);
      view().saved_index = std::max(view().saved_index, index);
      if (dies_at(crash_point::between_cut_and_save))
        return;
    }
  }
  feed(
      raft::cut_taken{index, ok, ok ? bytes.size() : 0, ok ? raft::checksum_of(bytes.bytes()) : 0});
}

bool member::send_chunks(const std::vector<raft::chunk_send>& chunks) {
  for (const auto& chunk : chunks) {
    auto message = chunk.message;
    auto& request = std::get<raft::install_request>(message.body);
    if (request.snapshot.index != cut_.index || request.offset + chunk.size > cut_.bytes.size())
      throw violation{"chunks of one snapshot",
                      "member " + all_.name(who_) + " sends chunks of a cut that it does not have"};
    request.data = cut_.bytes.slice(static_cast<std::size_t>(request.offset), chunk.size);
    request.checksum = raft::checksum_of(request.data.bytes());
    all_.done.add(count::chunks_sent);
    if (all_.trouble.stormy() && all_.chance.chance(20)) {
      spoil(request);
      all_.done.add(count::chunks_spoiled);
    }
    const auto to = all_.lives.number_of(chunk.to);
    all_.rules.sending({who_, to, &message});
    all_.net.send(who_, to, message);
  }
  return true;
}

// A memory or a disk that lies: the checksum was made before.
void member::spoil(raft::install_request& request) {
  const auto data = request.data.bytes();
  std::vector<std::byte> bytes{data.begin(), data.end()};
  bytes[all_.chance.below(bytes.size())] ^= std::byte{1};
  request.data = blob::from_vector(std::move(bytes));
}

// -- installs -------------------------------------------------------------------------------------

void member::begin_install(const raft::install_order& order) {
  installing_ = order;
  all_.done.add(count::installs_begun);
  const auto delay = all_.chance.between(duration{0}, all_.plan.idle);
  all_.time.after(delay, [this, life = life_] {
    if (life == life_)
      when_awake([this] { end_install(); });
  });
}

// Behind what was handed out before: the applier takes one thing after another.
void member::end_install() {
  if (!to_apply_.empty()) {
    all_.time.after(all_.plan.apply_delay + duration{1}, [this, life = life_] {
      if (life == life_)
        when_awake([this] { end_install(); });
    });
    return;
  }
  if (dies_at(crash_point::before_install))
    return;
  const auto order = *std::exchange(installing_, std::nullopt);
  const auto bytes = blob::from_vector(std::exchange(pieces_, {}));
  const auto index = order.meta.index;
  const bool fails = all_.trouble.stormy() && all_.chance.chance(50);
  if (fails || raft::checksum_of(bytes.bytes()) != order.snapshot.checksum
      || !machine_->restore(bytes)) {
    all_.done.add(count::installs_failed);
    feed(raft::installed{index, false});
    return;
  }
  all_.done.add(count::installs);
  auto& seen = view();
  installed_ = order.meta;
  given_ = all_.rules.view().past.up_to(index);
  seen.applied_index = index;
  seen.told_applied = index;
  to_answer_.clear();
  companion_.content_replaced();
  all_.rules.installed({who_, index, machine_->digest(), bytes, machine_.get()});
  if (!all_.lives[who_].config.volatile_state) {
    disk_.store(index, bytes);
    seen.saved_index = std::max(seen.saved_index, index);
  }
  // Installs are rare: to wait for one with a crash would be too rare.
  if (feed(raft::installed{index, true}) && !dies_at(crash_point::after_install)
      && all_.trouble.stormy() && all_.chance.chance(50))
    crash(crash_point::after_install);
}

void member::compact(raft::index_t up_to) {
  if (awake())
    feed(raft::compact{up_to});
}

} // namespace hamok::sim
