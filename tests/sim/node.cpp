#include "hamok/tests/sim/node.hpp"

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/hashing.hpp"
#include "hamok/tests/sim/life_text.hpp"
#include "hamok/tests/sim/world.hpp"

#include <algorithm>
#include <utility>

namespace hamok::sim {

namespace {

raft::life_config config_of(const world& all, std::size_t slot, const node_plan& plan) {
  raft::life_config config;
  config.peer = name_of(slot);
  for (const auto other : plan.initial_members)
    config.initial_members.push_back(name_of(other));
  config.bootstrap_expect = plan.bootstrap_expect;
  config.has_seeds = !plan.seeds.empty();
  config.patience = all.plan.idle;
  config.silence = all.plan.idle * 2;
  return config;
}

} // namespace

node::node(world& all, std::size_t place, std::size_t slot, std::size_t who, node_plan plan,
           skewed_clock clock)
    : all_(all),
      place_(place),
      slot_(slot),
      who_(who),
      plan_(std::move(plan)),
      clock_(clock) {}

member& node::my_member() {
  return all_.members[who_];
}

const raft::core* node::core() const {
  return all_.rules.view().members[who_].core;
}

bool node::rests() const noexcept {
  return life_ && life_->stage() == raft::life_stage::resting;
}

bool node::met_another_life_of(const raft::member_id& id) const {
  const auto met = met_.find(id.peer);
  return met != met_.end() && met->second != id;
}

// -- the process --------------------------------------------------------------------------------

void node::be_founded(const raft::identity& known) {
  stored_ = known;
  has_base_ = true;
  my_member().prepare(raft::base_of(known.founders));
}

void node::start() {
  if (running() || abandoned_)
    return;
  if (all_.lives[who_].gone && !stored_.removed) { // it has forgotten, or left before it was in
    stored_ = {};
    who_ = all_.bear(place_);
  }
  life_.emplace(config_of(all_, slot_, plan_));
  book_.emplace(name_of(slot_), str(place_), all_.next_version());
  std::vector<raft::known_peer> configured;
  for (const auto other : plan_.initial_members)
    if (other != slot_)
      configured.push_back({name_of(other), str(other), 0});
  static_cast<void>(book_->learn(configured));
  gossips_ = false;
  feed(raft::life_started{stored_, has_base_, ids()});
  if (running())
    watch_later();
}

void node::die() {
  if (!running())
    return;
  all_.story.note(all_.time.now(), {0xD1E, who_},
                  [&] { return all_.name(who_) + " (the node) ends"; });
  ++process_;
  ++timer_number_;
  timer_.reset();
  life_.reset();
  book_.reset();
  events_.clear();
  inbox_.clear();
  links_.clear();
  met_.clear();
  paused_ = busy_ = core_has_news_ = in_conflict_ = was_turned_away_ = false;
  told_quorum_lost_ = told_name_taken_ = false;
  my_member().stop();
  if (!stored_.self.incarnation.none() && stored_.self != all_.lives[who_].config.self) {
    all_.lives.end(who_); // nobody ever knew of it
    who_ = all_.lives.number_of(stored_.self);
  }
  for (std::size_t other = 0; other < all_.lives.size(); ++other)
    if (other != who_ && !all_.lives[other].gone)
      all_.net.tell_of_link(who_, other, false);
}

void node::forget() {
  die();
  stored_ = {};
  has_base_ = false;
  all_.lives.end(who_);
  all_.rules.forgotten(who_);
}

void node::abandon() {
  all_.story.note(all_.time.now(), {0xE4D, who_}, [&] { return all_.name(who_) + " is gone"; });
  abandoned_ = true;
  die();
  all_.lives.end(who_);
}

void node::pause() {
  paused_ = running();
}

void node::resume() {
  paused_ = false;
  while (!paused_ && !inbox_.empty()) {
    auto what = std::move(inbox_.front());
    inbox_.pop_front();
    what();
  }
}

void node::when_awake(std::function<void()> what) {
  if (!running())
    return;
  if (paused_)
    inbox_.push_back(std::move(what));
  else
    what();
}

// -- the life -----------------------------------------------------------------------------------

raft::fresh_ids node::ids() {
  const auto number = all_.next_version();
  return {all_.lives[who_].config.self.incarnation, {mix(all_.plan.seed, number), number}};
}

// One event after the other: what is done about one can be the cause of the next.
void node::feed(raft::life_event what) {
  if (!running())
    return;
  events_.push_back(std::move(what));
  if (std::exchange(busy_, true))
    return;
  const auto process = process_;
  while (process == process_ && !events_.empty()) {
    auto next = std::move(events_.front());
    events_.pop_front();
    step(std::move(next));
  }
  if (process == process_)
    busy_ = false;
}

void node::step(raft::life_event what) {
  all_.story.note(all_.time.now(), {0x11FE, who_, what.index()},
                  [&] { return all_.name(who_) + "  " + to_string(what); });
  was_turned_away_ = std::holds_alternative<raft::turned_away>(what);
  if (!std::holds_alternative<raft::minted>(what))
    parting_ = who_;
  auto out = life_->step(clock_.read(all_.time.now()), std::move(what));
  all_.story.note(all_.time.now(), {out.send.size(), out.ask.size(), out.notices.size()},
                  [&] { return all_.name(who_) + "    =>" + to_string(out, life_->stage()); });
  perform(std::move(out));
}

// In the order that `raft::life_output` asks for; the process may end in between.
void node::perform(raft::life_output out) {
  const auto process = process_;
  const bool knew = core() != nullptr && core()->standing() == raft::standing::removed;
  if (out.stop_core)
    my_member().stop();
  if (out.save && !save(*out.save))
    return;
  if (out.relink)
    part();
  for (const auto& id : out.close)
    close(id, raft::verdict::other_cluster);
  for (const auto& id : out.turn_away)
    close(id, raft::verdict::retired);
  for (auto& word : out.send)
    say(word.to, std::move(word.word));
  if (out.start_core)
    start_core(*out.start_core);
  if (process != process_)
    return;
  for (const auto& request : out.ask)
    ask(request);
  for (const auto& what : out.notices) {
    if (what.what == raft::notice::left)
      all_.done.add(knew               ? count::lives_ended_by_log
                    : was_turned_away_ ? count::lives_ended_by_hello
                                       : count::lives_ended_by_wish);
    tell(what);
  }
  for (const auto& what : out.answers)
    all_.wishes.answered(who_, what);
  arm_timer(out.deadline);
  if (out.mint)
    take_new_life();
}

// Storage of an identity is small and synced at once; a crash comes before or behind it.
bool node::save(const raft::identity& known) {
  if (all_.trouble.identity_strikes(who_, count::crashes_before_identity))
    return false;
  all_.rules.saved({who_, &plan_, &stored_, &known});
  if (!stored_.self.incarnation.none() && stored_.self != known.self) {
    all_.lives.end(all_.lives.number_of(stored_.self));
    has_base_ = false; // what there is is that life's
  }
  stored_ = known;
  if (!known.founders.empty() && !raft::contains(known.founders, known.self))
    all_.lives.meets_cluster(who_, known.born_after);
  if (known.removed)
    all_.lives.end(who_);
  return !all_.trouble.identity_strikes(who_, count::crashes_after_identity);
}

void node::start_core(const raft::core_start& how) {
  all_.rules.core_begins({who_, &stored_, how.base ? &*how.base : nullptr});
  if (how.base && all_.lives.founders().voters.empty()) {
    all_.done.add(count::foundings);
    all_.lives.found(how.base->members);
    all_.rules.view().past.found(how.base->members);
  }
  if (how.base)
    my_member().prepare(*how.base);
  has_base_ = true;
  my_member().start();
}

// Nobody else ever was, or will be, this life.
void node::take_new_life() {
  all_.done.add(count::lives_minted);
  who_ = all_.bear(place_);
  step(raft::minted{ids()});
}

void node::tell(const raft::life_notice& what) {
  // That founders do not agree is too rare to be demanded of every run.
  if (what.what == raft::notice::joined)
    all_.done.add(count::notices_joined);
  else if (what.what == raft::notice::rejoining)
    all_.done.add(count::notices_rejoining);
  else if (what.what == raft::notice::left)
    all_.done.add(count::notices_left);
  else if (what.what == raft::notice::quorum_lost)
    all_.done.add(count::notices_of_loss);
  else if (what.what == raft::notice::name_taken)
    all_.done.add(count::notices_name_taken);
  if (what.what == raft::notice::conflict)
    in_conflict_ = true;
  else if (what.what == raft::notice::joined)
    in_conflict_ = told_quorum_lost_ = told_name_taken_ = false;
  else if (what.what == raft::notice::quorum_lost)
    told_quorum_lost_ = true;
  else if (what.what == raft::notice::name_taken)
    told_name_taken_ = true;
  all_.rules.noticed({who_, what.what});
  if (what.what == raft::notice::left) {
    all_.lives.end(who_);
    all_.wishes.has_left(place_);
  }
}

void node::wish(const raft::wish& what) {
  when_awake([this, what] { feed(what); });
}

// -- the core -----------------------------------------------------------------------------------

void node::core_started() {
  for (const auto& [peer, heard] : std::map{links_})
    if (core() != nullptr)
      my_member().tell_link(peer, true);
  core_changed();
}

// A core runs for itself: the node is told a moment later, of all that has changed by then.
void node::core_changed() {
  if (std::exchange(core_has_news_, true))
    return;
  all_.time.after(duration{0}, [this, process = process_] {
    if (process == process_)
      when_awake([this] {
        core_has_news_ = false;
        if (const auto* now = core())
          feed(raft::core_seen{now->members(), now->members_index(), now->committed_members(),
                               now->committed_members_index(), now->standing(), now->leader()});
      });
  });
}

void node::ask(const raft::change_request& request) {
  if (request.to != stored_.self)
    return static_cast<void>(say(request.to, request));
  all_.time.after(duration{0}, [this, process = process_, who = who_, request] {
    if (process != process_)
      return;
    when_awake([this, who, request] {
      if (const auto outcome = change(who, request); outcome && running())
        feed(raft::change_answered{request.order, request.attempt, *outcome});
    });
  });
}

std::optional<raft::change_outcome> node::change(std::size_t asker,
                                                 const raft::change_request& request) {
  if (core() == nullptr)
    return std::nullopt;
  auto outcome = my_member().change(request.what);
  if (outcome)
    all_.rules.asked({asker, request.order, &*outcome});
  return outcome;
}

// -- time ---------------------------------------------------------------------------------------

void node::clock_changed() {
  timer_.reset();
  when_awake([this] { feed(raft::tick{}); });
}

void node::arm_timer(timestamp deadline) {
  const auto now = all_.time.now();
  if (deadline == timestamp::max() || deadline - clock_.read(now) > std::chrono::hours{1})
    return;
  const auto due = std::max(clock_.when(deadline), now + all_.plan.idle / 200);
  if (timer_ && *timer_ <= due)
    return;
  timer_ = due;
  all_.time.at(due, [this, number = ++timer_number_] {
    if (number != timer_number_)
      return;
    timer_.reset();
    when_awake([this] { feed(raft::tick{}); });
  });
}

} // namespace hamok::sim
