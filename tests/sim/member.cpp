#include "hamok/tests/sim/member.hpp"

#include "hamok/raft/codec.hpp"
#include "hamok/tests/sim/world.hpp"

#include <algorithm>
#include <utility>

namespace hamok::sim {

namespace {

constexpr count count_of(crash_point point) noexcept {
  switch (point) {
  case crash_point::before_write:
    return count::crashes_before_write;
  case crash_point::after_write:
    return count::crashes_after_write;
  case crash_point::after_sync:
    return count::crashes_after_sync;
  case crash_point::between_sends:
    return count::crashes_between_sends;
  case crash_point::before_apply:
    return count::crashes_before_apply;
  case crash_point::before_answer:
    return count::crashes_before_answer;
  case crash_point::between_cut_and_save:
    return count::crashes_after_cut;
  case crash_point::before_install:
    return count::crashes_before_install;
  case crash_point::after_install:
    return count::crashes_after_install;
  case crash_point::between_steps:
  case crash_point::end_:
    break;
  }
  return count::crashes_between_steps;
}

} // namespace

member::member(world& all, std::size_t who)
    : all_(all),
      who_(who),
      disk_(all, who),
      clock_(all.nodes[all.lives[who].place].clock()),
      companion_(all, who) {}

node& member::home() noexcept {
  return all_.nodes[all_.lives[who_].place];
}

const node& member::home() const noexcept {
  return all_.nodes[all_.lives[who_].place];
}

bool member::paused() const noexcept {
  return home().paused();
}

bool member::leads() const noexcept {
  return core_ && core_->role() == raft::role::leader;
}

member_view& member::view() {
  return all_.rules.view().members[who_];
}

// -- life and death -----------------------------------------------------------------------------

void member::prepare(const raft::snapshot_meta& base) {
  disk_.begin_anew(base);
  machine_.reset();
  installed_ = {};
}

void member::start() {
  if (up() || all_.lives[who_].gone)
    return;
  restore_machine();
  companion_.start();
  launch();
}

void member::replace_core() {
  if (!awake())
    return;
  all_.done.add(count::role_deaths);
  disk_.finish_all();
  launch();
}

void member::launch() {
  const auto now = clock_.read(all_.time.now());
  ++life_;
  core_ = std::make_unique<raft::core>(all_.lives[who_].config, load(), now);
  tally_ = {};
  to_apply_.clear();
  to_answer_.clear();
  forget_snapshots();
  apply_planned_ = false;
  dies_.reset();
  auto& seen = view();
  seen.up = true;
  seen.life = life_;
  seen.core = core_.get();
  seen.now = look(all_.lives, *core_);
  seen.told_applied = seen.now.delivered_index;
  rebuild_shadow();
  all_.story.note(all_.time.now(), {0x57A7, who_, seen.now.term, seen.now.last_index}, [&] {
    return all_.name(who_) + " starts in term " + str(seen.now.term) + " with a log up to "
           + str(seen.now.last_index);
  });
  all_.rules.started(who_);
  timer_.reset();
  arm_timer();
  companion_.office_changed();
  home().core_started();
}

void member::crash(crash_point where) {
  if (!up())
    return;
  all_.done.add(count_of(where));
  all_.story.note(all_.time.now(), {0xDEAD, who_, static_cast<std::uint64_t>(where)},
                  [&] { return all_.name(who_) + " dies: " + to_string(count_of(where)); });
  home().die();
}

void member::stop() {
  if (!up())
    return;
  ++life_;
  ++timer_number_;
  core_.reset();
  const bool in_memory = all_.lives[who_].config.volatile_state;
  if (!in_memory) // else it is as old as storage
    machine_.reset();
  forget_snapshots();
  to_apply_.clear();
  to_answer_.clear();
  waiting_.clear();
  companion_.stop();
  dies_.reset();
  view().up = false;
  view().core = nullptr;
  if (in_memory)
    disk_.finish_all();
  else
    disk_.crash();
}

void member::crash_at(crash_point where) {
  if (!up())
    return;
  if (where == crash_point::between_steps || paused())
    return crash(crash_point::between_steps);
  dies_ = where;
  all_.time.after(all_.plan.idle, [this, life = life_] {
    if (life == life_ && dies_)
      crash(crash_point::between_steps);
  });
}

bool member::dies_at(crash_point where) {
  if (dies_ != where)
    return false;
  crash(where);
  return true;
}

void member::when_awake(std::function<void()> what) {
  if (!up())
    return;
  if (!paused())
    return what();
  home().when_awake([life = life_, this, what = std::move(what)] {
    if (life == life_)
      what();
  });
}

// -- time ---------------------------------------------------------------------------------------

// Looks at the clock when the deadline has come; a deadline that moved on meanwhile is waited for
// again, so that the many small moves cost nothing.
void member::arm_timer() {
  const auto deadline = core_->deadline();
  const auto now = all_.time.now();
  if (deadline - clock_.read(now) > std::chrono::hours{1})
    return;
  auto due = std::max(clock_.when(deadline), now);
  if (timer_ && *timer_ <= due)
    return;
  if (all_.chance.chance(100)) // a busy scheduler
    due += all_.chance.between(duration{0}, all_.plan.idle / 50);
  timer_ = due;
  all_.time.at(due, [this, number = ++timer_number_] {
    if (number != timer_number_)
      return;
    timer_.reset();
    when_awake([this] {
      if (clock_.read(all_.time.now()) < core_->deadline())
        arm_timer();
      else
        feed(raft::tick{});
    });
  });
}

void member::jump_clock(duration by) {
  clock_.jump_ahead(by);
  timer_.reset();
  if (up())
    arm_timer();
  home().clock_changed();
}

void member::change_clock_speed(std::int64_t per_mille) {
  clock_.change_speed(all_.time.now(), per_mille);
  timer_.reset();
  if (up())
    arm_timer();
  home().clock_changed();
}

void member::tick_unasked() {
  if (!awake())
    return;
  all_.done.add(count::ticks_unasked);
  feed(raft::tick{});
}

// -- what comes in ------------------------------------------------------------------------------

void member::receive(std::size_t from, blob bytes) {
  when_awake([this, from, bytes = std::move(bytes)] {
    auto message = raft::decode_message(bytes);
    if (!message)
      throw violation{"codec", "member " + all_.name(who_) + " cannot read what was sent"};
    if (!home().hears(from))
      all_.done.add(count::messages_unheard);
    else
      feed(raft::receive{all_.lives[from].config.self, std::move(*message)});
  });
}

bool member::receive_bad(raft::receive event) {
  if (!awake())
    return false;
  feed(std::move(event), true);
  return true;
}

void member::tell_link(std::size_t peer, bool up) {
  all_.done.add(up ? count::link_ups : count::link_downs);
  const auto& id = all_.lives[peer].config.self;
  if (up)
    feed(raft::link_up{id});
  else
    feed(raft::link_down{id});
}

std::optional<raft::change_outcome> member::change(const raft::member_change& what) {
  change_.reset();
  if (awake())
    feed(raft::change_members{what});
  return change_;
}

void member::transfer(const raft::transfer_leadership& what) {
  if (awake())
    feed(what);
}

void member::write_done(std::uint64_t sequence) {
  when_awake([this, sequence] {
    if (!dies_at(crash_point::after_sync))
      feed(raft::persisted{sequence});
  });
}

void member::ask(const request& what) {
  when_awake([this, what] { propose(what, true); });
}

void member::forwarded(const request& what) {
  when_awake([this, what] { propose(what, false); });
}

void member::propose(const request& what, bool asked_here) {
  raft::propose event;
  for (const auto& op : what.operations)
    event.proposals.push_back(
        {raft::entry_kind::command, to_payload(op, all_.plan.machine->encode(op),
                                               all_.chance.below(all_.plan.clients.max_padding))});
  if (!feed(std::move(event)) || !outcome_ || !asked_here)
    return;
  const auto leader = all_.lives.number_of(outcome_->leader);
  const bool forwards = outcome_->refused == raft::refusal::not_leader && leader != nobody
                        && leader != who_
                        && all_.chance.chance(all_.plan.clients.forward_per_mille);
  if (outcome_->refused && !forwards) {
    all_.time.after(all_.net.delay(), [this, what, leader] { all_.refused(what, leader); });
    return;
  }
  auto& asked = waiting_[what.client];
  asked.clear();
  for (const auto& op : what.operations)
    asked.push_back({op.sequence, what.attempt});
  if (forwards) {
    all_.done.add(count::proposals_forwarded);
    all_.net.carry(who_, leader, [this, leader, what] { all_.members[leader].forwarded(what); });
  }
}

} // namespace hamok::sim
