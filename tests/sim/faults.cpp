#include "hamok/tests/sim/faults.hpp"

#include "hamok/raft/codec.hpp"
#include "hamok/tests/sim/remembering.hpp"
#include "hamok/tests/sim/world.hpp"

#include <array>
#include <utility>

namespace hamok::sim {

void faults::start() {
  for (const auto& member : all_.plan.members)
    if (member.clock_per_mille != 1000)
      all_.done.add(count::skewed_clocks);
  begin_storm();
  if (all_.plan.founding)
    hide_founders();
}

// At first not everybody can reach everybody, so that several propose.
void faults::hide_founders() {
  if (all_.plan.rivals)
    return separate(0, 1, all_.plan.idle * 8);
  for (std::size_t one = 0; one < all_.plan.founders; ++one)
    for (std::size_t other = 0; other < one; ++other)
      if (all_.chance.chance(400))
        separate(one, other, all_.chance.between(duration{0}, all_.plan.idle * 8));
}

void faults::plan(duration delay, std::function<void()> what) {
  all_.time.after(delay, [this, phase = phase_, what = std::move(what)] {
    if (phase == phase_)
      what();
  });
}

void faults::begin_storm() {
  ++phase_;
  storm_ = true;
  plan(all_.plan.faults.storm, [this] { begin_lull(); });
  strike();
}

// In a lull everything works again, but for the network's usual losses.
void faults::begin_lull() {
  ++storms_;
  repair();
  plan(all_.plan.faults.lull, [this] { begin_storm(); });
}

void faults::stop() {
  repair();
  stopped_ = true;
}

void faults::repair() {
  ++phase_;
  storm_ = false;
  all_.net.unblock_all();
  for (auto& node : all_.nodes) {
    all_.members[node.who()].spare();
    node.resume();
    restart(node.who());
  }
  // Links of those who never come back are known to be down in the end.
  for (std::size_t who = 0; who < all_.members.size(); ++who)
    for (std::size_t other = 0; all_.lives[who].gone && other < all_.members.size(); ++other)
      if (!all_.lives[other].gone)
        all_.net.tell_of_link(who, other, false);
}

void faults::strike() {
  strike_once();
  const auto& gap = all_.plan.faults;
  plan(all_.chance.between(gap.min_gap, gap.max_gap), [this] { strike(); });
}

void faults::strike_once() {
  // What founders have accepted is soon done, and to forget it in between is what may hurt.
  if (all_.plan.founding && !all_.is_founded() && all_.chance.chance(500))
    return forget();
  using action = void (faults::*)();
  const auto& weights = all_.plan.faults;
  const std::array<std::pair<std::uint64_t, action>, 12> kinds{{
      {weights.one_way, &faults::partition_one_way},
      {weights.full_partition, &faults::partition_fully},
      {weights.crash, &faults::crash},
      {weights.power_failure, &faults::power_failure},
      {weights.role_death, &faults::replace_core},
      {weights.pause, &faults::pause},
      {weights.link_flap, &faults::flap_link},
      {weights.clock_change, &faults::change_clock},
      {weights.hand_over, &faults::hand_over},
      {weights.forget, &faults::forget},
      {weights.compact, &faults::compact},
      {1, &faults::tick},
  }};
  std::uint64_t sum = 0;
  for (const auto& [weight, act] : kinds)
    sum += weight;
  auto chosen = all_.chance.below(sum);
  for (const auto& [weight, act] : kinds) {
    if (chosen < weight)
      return (this->*act)();
    chosen -= weight;
  }
}

void faults::compact() {
  all_.done.add(count::compactions_wished);
  const auto who = victim();
  const auto last = all_.rules.view().members[who].now.last_index;
  all_.members[who].compact(all_.chance.chance(300) ? 0 : all_.chance.between(1, last + 2));
}

// Every second time the leader: what happens to others is often without consequence.
std::size_t faults::victim() {
  if (all_.chance.chance(500))
    for (std::size_t who = 0; who < all_.members.size(); ++who)
      if (all_.members[who].leads())
        return who;
  return all_.lives.anybody(all_.chance);
}

duration faults::length() {
  return all_.chance.between(all_.plan.idle / 20, all_.plan.faults.max_length);
}

// -- the network --------------------------------------------------------------------------------

void faults::cut(const std::vector<std::pair<std::size_t, std::size_t>>& paths, duration length) {
  for (const auto& [from, to] : paths)
    all_.net.block(from, to);
  plan(length, [this, paths] {
    for (const auto& [from, to] : paths)
      all_.net.unblock(from, to);
  });
}

// Nothing from one member to one other, from one to all, or from all to one.
void faults::partition_one_way() {
  all_.done.add(count::one_way_partitions);
  const auto one = victim();
  const auto shape = all_.chance.below(3);
  std::vector<std::pair<std::size_t, std::size_t>> paths;
  for (std::size_t other = 0; other < all_.members.size(); ++other) {
    if (other == one || (shape == 0 && all_.chance.chance(500)))
      continue;
    paths.push_back(shape == 1 ? std::pair{other, one} : std::pair{one, other});
  }
  cut(paths, length());
}

// Two sides that do not hear each other; now and then one member is on both.
void faults::partition_fully() {
  all_.done.add(count::full_partitions);
  const auto size = all_.members.size();
  std::vector<bool> left(size);
  left[victim()] = true;
  const auto more = all_.chance.below(all_.lives.living() / 2 + 1);
  for (std::uint64_t i = 0; i < more; ++i)
    left[all_.lives.anybody(all_.chance)] = true;
  const auto bridge = all_.chance.chance(200) ? all_.chance.below(size) : nobody;
  std::vector<std::pair<std::size_t, std::size_t>> paths;
  for (std::size_t one = 0; one < size; ++one)
    for (std::size_t other = 0; other < size; ++other)
      if (left[one] != left[other] && one != bridge && other != bridge)
        paths.emplace_back(one, other);
  cut(paths, length());
}

void faults::separate(std::size_t one, std::size_t other, duration length) {
  if (storm_)
    cut({{one, other}, {other, one}}, length);
}

void faults::flap_link() {
  all_.done.add(count::link_downs_without_cause);
  const auto one = victim();
  const auto other = all_.lives.anybody(all_.chance);
  if (one == other)
    return;
  all_.net.tell_of_link(one, other, false);
  plan(all_.chance.between(duration{0}, all_.plan.idle),
       [this, one, other] { all_.net.tell_of_link(one, other, true); });
}

// Some of what a member says is not heard, all of it, or that and what it should hear.
void faults::silence(std::size_t who) {
  const auto heard_by_per_mille = all_.chance.below(600);
  const bool deaf = all_.chance.chance(300);
  std::vector<std::pair<std::size_t, std::size_t>> paths;
  for (std::size_t other = 0; other < all_.members.size(); ++other) {
    if (other == who || all_.chance.chance(heard_by_per_mille))
      continue;
    paths.emplace_back(who, other);
    if (deaf)
      paths.emplace_back(other, who);
  }
  cut(paths, length());
}

// -- members ------------------------------------------------------------------------------------

void faults::restart(std::size_t who) {
  auto& node = all_.nodes[all_.lives[who].place];
  if (node.running() || node.abandoned())
    return;
  all_.done.add(count::restarts);
  node.start();
  for (std::size_t other = 0; other < all_.lives.size(); ++other)
    if (other != node.who() && !all_.lives[other].gone)
      all_.net.tell_of_link(node.who(), other, true);
}

void faults::crash() {
  const auto who = victim();
  auto& node = all_.nodes[all_.lives[who].place];
  if (node.running() && !all_.members[who].up()) {
    all_.done.add(count::crashes_without_core);
    node.die();
    return plan(length(), [this, who] { restart(who); });
  }
  const auto point =
      static_cast<crash_point>(all_.chance.below(static_cast<std::uint64_t>(crash_point::end_)));
  all_.members[who].crash_at(point);
  plan(length() + (point == crash_point::between_steps ? duration{0} : all_.plan.idle),
       [this, who] { restart(who); });
}

bool faults::identity_strikes(std::size_t who, count how) {
  if (!storm_ || !all_.chance.chance(30))
    return false;
  all_.done.add(how);
  all_.nodes[all_.lives[who].place].die();
  plan(length(), [this, who] { restart(who); });
  return true;
}

// Whoever votes alone leads whenever it runs: it would be struck for ever.
bool faults::is_alone(std::size_t who) {
  return all_.rules.view().members[who].core->members().voters.size() == 1
         && !all_.chance.chance(100);
}

void faults::leader_elected(std::size_t who) {
  if (!storm_ || is_alone(who) || !all_.chance.chance(all_.plan.faults.hunt_per_mille))
    return;
  all_.done.add(count::leaders_hunted);
  if (all_.chance.chance(500))
    return hunt(who,
                all_.chance.chance(500) ? crash_point::after_write : crash_point::between_sends);
  const auto soon = (all_.plan.network.max_delay + all_.plan.disk.max_delay) * 3;
  plan(all_.chance.between(duration{0}, soon),
       [this, who] { hunt(who, crash_point::between_steps); });
}

void faults::leader_commits(std::size_t who) {
  if (!storm_ || is_alone(who) || !all_.chance.chance(all_.plan.faults.hunt_per_mille))
    return;
  all_.done.add(count::leaders_hunted);
  hunt(who, all_.chance.chance(500) ? crash_point::between_sends : crash_point::before_apply);
}

void faults::leader_changes_members(std::size_t who) {
  if (!storm_ || !all_.chance.chance(100 + all_.plan.faults.hunt_per_mille / 2))
    return;
  all_.done.add(count::changing_leaders_hunted);
  hunt(who, all_.chance.chance(500) ? crash_point::between_sends : crash_point::after_sync);
}

void faults::hunt(std::size_t who, crash_point where) {
  if (all_.chance.chance(500))
    return silence(who);
  all_.members[who].crash_at(where);
  plan(length() + all_.plan.idle, [this, who] { restart(who); });
}

void faults::power_failure() {
  all_.done.add(count::power_failures);
  for (std::size_t who = 0; who < all_.members.size(); ++who) {
    if (all_.lives[who].gone)
      continue;
    all_.members[who].crash(crash_point::between_steps);
    plan(length() / 2, [this, who] { restart(who); });
  }
}

bool faults::may_forget(std::size_t who) {
  const auto& plan = all_.nodes[all_.lives[who].place].plan();
  if (!lives_left_ && plan.bootstrap_expect > 1)
    lives_left_ = 2 * plan.bootstrap_expect - 1 - all_.plan.founders;
  if (plan.bootstrap_expect > 1 && *lives_left_ == 0)
    return false;
  return (!all_.plan.founding || founders_remember(all_, who))
         && (!all_.is_founded()
             || majority_remembers(all_.rules.view(), who, all_.wishes.on_their_way_out()));
}

// A node loses its disk. What it has promised is forgotten, so this life is over, and another one
// of its name comes back (consensus.md, 4); or nobody does, on this machine.
void faults::forget() {
  const auto who = victim();
  if (all_.lives[who].gone)
    return;
  if (!all_.plan.faults.may_forget_all && !may_forget(who)) {
    all_.done.add(count::forgetting_vetoed);
    return;
  }
  auto& node = all_.nodes[all_.lives[who].place];
  if (lives_left_ && node.plan().bootstrap_expect > 1)
    --*lives_left_;
  forget(who);
  if (!all_.is_founded() || !all_.chance.chance(all_.plan.faults.never_back_per_mille))
    return plan(length(), [this, who] { restart(who); });
  all_.done.add(count::never_back);
  node.abandon();
  if (all_.chance.chance(600)) // but on another machine
    all_.wishes.build_later(node.slot(), length());
}

void faults::forget(std::size_t who) {
  all_.done.add(count::forgotten);
  auto& node = all_.nodes[all_.lives[who].place];
  auto next = all_.wishes.plan_after_loss(node);
  node.forget();
  node.configure(std::move(next));
  if (all_.plan.faults.may_forget_all && majority_has_forgotten(all_.rules.view()))
    forgotten_ = true;
}

void faults::forget_a_majority() {
  while (!majority_has_forgotten(all_.rules.view()))
    forget(all_.lives.anybody(all_.chance));
}

void faults::replace_core() {
  all_.members[victim()].replace_core();
}

void faults::pause() {
  const auto who = victim();
  all_.done.add(count::pauses);
  auto& node = all_.nodes[all_.lives[who].place];
  node.pause();
  plan(length(), [&node] { node.resume(); });
}

void faults::change_clock() {
  auto& member = all_.members[victim()];
  if (all_.chance.chance(500)) {
    all_.done.add(count::clock_jumps);
    member.jump_clock(all_.chance.between(duration{0}, all_.plan.idle * 3));
  } else {
    all_.done.add(count::skewed_clocks);
    member.change_clock_speed(static_cast<std::int64_t>(all_.chance.between(900, 1100)));
  }
}

// A leader asks anybody to take over, be it far behind (thesis, 3.10): no core does it by itself.
// Now and then it asks again, when its term may be over.
void faults::hand_over() {
  for (std::size_t who = 0; who < all_.members.size(); ++who) {
    const auto to = all_.lives.anybody(all_.chance);
    if (!all_.members[who].leads() || to == who)
      continue;
    all_.done.add(count::hand_overs);
    const auto& view = all_.rules.view().members[who];
    const auto bytes =
        raft::to_blob({all_.lives[who].config.group, raft::timeout_now{view.now.term}});
    const auto ask = [this, who, to, bytes, phase = phase_] {
      if (phase == phase_)
        all_.members[to].receive(who, bytes);
    };
    all_.net.carry(who, to, ask);
    if (all_.chance.chance(300))
      plan(length(), ask);
  }
}

void faults::tick() {
  all_.members[victim()].tick_unasked();
}

} // namespace hamok::sim
