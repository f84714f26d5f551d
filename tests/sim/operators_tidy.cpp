// What operators do about what stays wrong, and in the end.

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/operators.hpp"
#include "hamok/tests/sim/world.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace hamok::sim {

// Founders that do not agree need their operator (consensus.md, 5): when nobody is in a cluster,
// all of them are started anew, with nothing.
void operators::watch_founding() {
  all_.time.after(all_.plan.idle, [this, phase = phase_] {
    if (phase != phase_ || all_.is_founded())
      return;
    const bool in_conflict =
        std::ranges::any_of(all_.nodes, [](const node& each) { return each.in_conflict(); });
    if (!in_conflict)
      conflict_since_ = all_.time.now();
    if (all_.time.now() - conflict_since_ > all_.plan.idle * 8)
      start_anew();
    watch_founding();
  });
}

void operators::start_anew() {
  conflict_since_ = all_.time.now();
  for (auto& node : all_.nodes)
    node.forget();
  for (auto& node : all_.nodes)
    node.start();
}

void operators::stop() {
  ++phase_;
  stopped_ = true;
}

void operators::settle() {
  ++phase_;
  settling_ = true;
  settling_since_ = all_.time.now();
  tidy();
}

void operators::tidy() {
  if (all_.leader() != nobody) {
    end_twins();
    remove_the_gone();
  }
  mend_seeds();
  all_.time.after(all_.plan.idle, [this, phase = phase_] {
    if (phase == phase_)
      tidy();
  });
}

// Of two that have one name, the one that takes part stays, or else the younger: as long as both
// live, whoever knows only the endpoint of the second does not find the member.
void operators::end_twins() {
  // Of the leader as it is now: it may be one of those that end here.
  const auto members = all_.rules.view().members[all_.leader()].core->members();
  const auto votes = [&](const node& each) {
    return raft::is_voter(members, all_.lives[each.who()].config.self);
  };
  for (auto& each : all_.nodes) {
    if (each.abandoned() || each.rests() || votes(each))
      continue;
    const auto stays = [&](const node& other) {
      return &other != &each && other.slot() == each.slot() && !other.abandoned() && !other.rests()
             && (other.place() > each.place() || votes(other));
    };
    if (std::ranges::any_of(all_.nodes, stays))
      each.abandon();
  }
}

// Whom nobody is there to replace, and a learner that was let in while the voter of its name was
// away: neither can go on while that one lives. All else comes from those who want to be let in.
void operators::remove_the_gone() {
  const auto leader = all_.leader();
  if (leader == nobody)
    return;
  const auto members = all_.rules.view().members[leader].core->members();
  for (const auto& id : raft::others(members, {})) {
    const auto who = all_.lives.number_of(id);
    const auto succeeds = [&](const node& each) {
      return each.slot() == all_.lives[who].slot && !each.abandoned() && !each.rests()
             && !raft::is_voter(members, all_.lives[each.who()].config.self)
             && !all_.is_second(each, members);
    };
    const bool is_missed = all_.lives[who].gone && std::ranges::none_of(all_.nodes, succeeds);
    const bool is_beside = raft::contains(members.learners, id)
                           && all_.is_second(all_.nodes[all_.lives[who].place], members);
    if (!is_missed && !is_beside)
      continue;
    const auto is_open = [&](const raft::wish& each) {
      const auto open = open_.find(each.id);
      return each.member == id && open != open_.end() && is_waited_for(open->second);
    };
    if (std::ranges::none_of(old_, is_open))
      wish(all_.nodes[all_.lives[leader].place], raft::wish_kind::remove, id);
  }
}

// A leader, or while there is none, and a name was started twice, somebody who votes. Otherwise
// they have to find each other by themselves.
std::size_t operators::anybody_of_the_members() const {
  if (const auto leader = all_.leader(); leader != nobody)
    return leader;
  if (!all_.has_twins())
    return nobody;
  const auto& past = all_.rules.view().past;
  for (const auto& id : past.members_at(past.last_index()).voters)
    if (const auto who = all_.lives.number_of(id);
        !all_.lives[who].gone && all_.nodes[all_.lives[who].place].awake())
      return who;
  return nobody;
}

// Whoever had the only right seed may have left, and who knew more may have forgotten; and a node
// that has a member's name may be known in its place.
void operators::mend_seeds() {
  const auto member = anybody_of_the_members();
  if (member == nobody || all_.time.now() - settling_since_ < all_.plan.idle * 8)
    return;
  const auto home = all_.lives[member].place;
  std::set<std::size_t> found{home};
  std::vector<std::size_t> next{home};
  while (!next.empty()) {
    const auto& one = all_.nodes[next.back()];
    next.pop_back();
    for (const auto& other : all_.nodes)
      if (one.is_linked(other.who()) && other.is_linked(one.who())
          && found.insert(other.place()).second)
        next.push_back(other.place());
  }
  for (auto& each : all_.nodes)
    if (each.awake() && !each.rests() && !found.contains(each.place()))
      each.add_seed(home);
}

} // namespace hamok::sim
