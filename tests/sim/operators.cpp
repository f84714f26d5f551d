#include "hamok/tests/sim/operators.hpp"

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/remembering.hpp"
#include "hamok/tests/sim/world.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hamok::sim {

void operators::start() {
  if (all_.plan.operators.busy)
    wish_later();
}

void operators::wish_later() {
  const auto& plan = all_.plan.operators;
  all_.time.after(all_.chance.between(plan.min_gap, plan.max_gap), [this, phase = phase_] {
    if (phase != phase_)
      return;
    wish_once();
    wish_later();
  });
}

void operators::wish_once() {
  using action = void (operators::*)();
  const auto& weights = all_.plan.operators;
  const std::array<std::pair<std::uint64_t, action>, 6> kinds{{
      {weights.grow, &operators::grow},
      {weights.shrink, &operators::shrink},
      {weights.repeat, &operators::repeat},
      {weights.burst, &operators::burst},
      {weights.transfer, &operators::transfer},
      {weights.double_name, &operators::double_name},
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

// Most of the time somebody who can do something about it.
std::size_t operators::whom_to_ask() {
  const auto leader = all_.leader();
  return leader == nobody || all_.chance.chance(150) ? all_.lives.anybody(all_.chance) : leader;
}

// -- lives ----------------------------------------------------------------------------------------

std::size_t operators::bear(std::size_t slot) {
  const auto who = all_.bear(slot);
  knock_later(who);
  return who;
}

void operators::dismiss(std::size_t who, bool too_old) {
  if (all_.lives[who].gone)
    return;
  const auto slot = all_.lives[who].slot;
  all_.members[who].end();
  const bool comes_back = too_old || (!settling_ && all_.chance.chance(500));
  if (comes_back)
    bear_later(slot, all_.chance.between(duration{0}, all_.plan.idle * 3));
}

void operators::bear_later(std::size_t slot, duration delay) {
  ++expected_;
  all_.time.after(delay, [this, slot] {
    --expected_;
    if (!stopped_ && all_.lives.living_in(slot) == 0
        && all_.lives.living() < all_.plan.operators.most_members)
      bear(slot);
  });
}

void operators::knock_later(std::size_t who) {
  const auto idle = all_.plan.idle;
  all_.time.after(all_.chance.between(idle / 4, idle), [this, who] {
    if (!all_.lives[who].gone)
      knock(who);
  });
}

void operators::knock(std::size_t who) {
  if (all_.members[who].wants_in()) {
    const auto to = all_.lives.anybody(all_.chance);
    if (to != who)
      all_.net.carry(who, to, [this, who, to] { all_.members[to].asked_in_by(who, true); });
  }
  knock_later(who);
}

void operators::grow() {
  if (all_.lives.living() >= all_.plan.operators.most_members)
    return;
  std::size_t slot = all_.chance.below(all_.plan.operators.most_members);
  while (all_.lives.living_in(slot) > 0)
    slot = (slot + 1) % all_.plan.operators.most_members;
  bear(slot);
}

// Somebody has started a name twice: the second is refused for as long as the first is linked.
void operators::double_name() {
  if (all_.lives.living() >= all_.plan.operators.most_members)
    return;
  all_.done.add(count::names_doubled);
  bear(all_.lives[all_.lives.anybody(all_.chance)].slot);
}

// -- wishes ---------------------------------------------------------------------------------------

void operators::shrink() {
  remove_from(whom_to_ask());
}

// A member, running or not, also the one that is asked; now and then somebody who is none, or
// nobody at all.
void operators::remove_from(std::size_t asked) {
  auto& member = all_.members[asked];
  if (!member.awake())
    return;
  const auto candidates = raft::others(all_.rules.view().members[asked].core->members(), {});
  auto id = candidates[all_.chance.below(candidates.size())];
  if (all_.chance.chance(150))
    id = all_.lives[asked].config.self;
  else if (all_.chance.chance(100))
    id = all_.lives[all_.chance.below(all_.lives.size())].config.self;
  if (!may_remove(asked, id))
    return;
  if (all_.chance.chance(30))
    id.peer = all_.chance.chance(500) ? "" : "nobody";
  if (all_.chance.chance(400) || id.peer == "nobody")
    id.incarnation = {};
  member.change({raft::change_kind::remove, id, 0});
}

// A majority of those who stay remembers, and a majority of them may campaign: one that only
// follows may have the longest log and keep its vote from everybody. Otherwise the cluster could
// come to its end, and rightly so. The last one may be asked for, to be refused.
bool operators::may_remove(std::size_t asked, const raft::member_id& id) const {
  const auto& view = all_.rules.view();
  auto members = view.members[asked].core->members();
  std::erase_if(members.voters, [&](const raft::member_id& each) { return each.peer == id.peer; });
  if (members.voters.empty())
    return true;
  const auto passive = std::ranges::count_if(members.voters, [&](const raft::member_id& each) {
    const auto number = all_.lives.number_of(each);
    return number != nobody && all_.lives[number].config.only_follower;
  });
  return static_cast<std::size_t>(passive) <= (members.voters.size() - 1) / 2
         && (all_.plan.faults.may_forget_all || has_majority(view, members));
}

// A wish that was fulfilled long ago, or cannot be any more.
void operators::repeat() {
  const auto& who = all_.lives[all_.chance.below(all_.lives.size())];
  if (who.born_after)
    all_.members[whom_to_ask()].change({raft::change_kind::add, who.config.self, *who.born_after});
}

void operators::burst() {
  const bool at_once = all_.chance.chance(500);
  duration delay{0};
  for (auto left = all_.chance.between(2, 4); left > 0; --left) {
    all_.done.add(count::wishes_in_bursts);
    all_.time.after(delay, [this, phase = phase_, kind = all_.chance.below(8)] {
      if (phase != phase_)
        return;
      if (kind < 4)
        shrink();
      else if (kind < 6)
        repeat();
      else if (kind < 7)
        transfer();
      else
        grow();
    });
    if (!at_once)
      delay += all_.chance.between(duration{0}, all_.plan.idle / 2);
  }
}

void operators::transfer() {
  raft::transfer_leadership wish;
  if (all_.chance.chance(600))
    wish.to = all_.lives[all_.lives.anybody(all_.chance)].config.self;
  all_.members[whom_to_ask()].transfer(wish);
}

// -- in the end -----------------------------------------------------------------------------------

void operators::stop() {
  ++phase_;
  stopped_ = true;
}

void operators::settle() {
  ++phase_;
  settling_ = true;
  tidy();
}

void operators::tidy() {
  if (const auto leader = all_.leader(); leader != nobody)
    tidy_up(leader);
  all_.time.after(all_.plan.idle, [this, phase = phase_] {
    if (phase == phase_)
      tidy();
  });
}

void operators::tidy_up(std::size_t leader) {
  const auto& view = all_.rules.view();
  const auto members = view.members[leader].core->members();
  for (std::size_t who = 0; who < all_.lives.size(); ++who) {
    const auto& each = all_.lives[who];
    if (each.gone || raft::is_voter(members, each.config.self))
      continue;
    // Of two that have one name, the one that takes part stays, or else the younger.
    for (std::size_t other = 0; other < all_.lives.size(); ++other)
      if (other != who && !all_.lives[other].gone && all_.lives[other].slot == each.slot
          && (other > who || raft::is_voter(members, all_.lives[other].config.self))) {
        all_.members[who].end();
        break;
      }
    // Whoever is outside says hello, and hears if there is no way back.
    if (!each.gone && !raft::is_member(members, each.config.self))
      all_.members[leader].link_changed(who, true);
  }
  remove_the_gone(leader);
}

bool operators::has_successor(std::size_t leader, std::size_t who) const {
  const auto& members = all_.rules.view().members[leader].core->members();
  for (std::size_t other = 0; other < all_.lives.size(); ++other)
    if (!all_.lives[other].gone && all_.lives[other].slot == all_.lives[who].slot
        && !raft::is_voter(members, all_.lives[other].config.self))
      return true;
  return false;
}

// Whom nobody can replace. Everything else comes from those who ask to be let in.
void operators::remove_the_gone(std::size_t leader) {
  const auto members = all_.rules.view().members[leader].core->members();
  for (const auto& id : raft::others(members, {})) {
    const auto who = all_.lives.number_of(id);
    if (!all_.lives[who].gone)
      continue;
    all_.members[leader].link_changed(who, false);
    if (!has_successor(leader, who))
      all_.members[leader].change({raft::change_kind::remove, id, 0});
  }
}

} // namespace hamok::sim
