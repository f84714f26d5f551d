// Who is let in, who is turned away, and what operators wish for: what a node's hello does.

#include "hamok/raft/membership.hpp"
#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/member.hpp"
#include "hamok/tests/sim/world.hpp"

namespace hamok::sim {

// A link is told of before the first message of somebody who is no member. One that was there
// before a removal may still carry messages.
bool member::greet(std::size_t peer) {
  const auto& id = all_.lives[peer].config.self;
  if (raft::is_member(core_->members(), id))
    return true;
  if (is_over(peer))
    turn_away(peer);
  return !greeted_.insert(peer).second || feed(raft::link_up{id});
}

// What this member knows to be committed says that the other never takes part again.
bool member::is_over(std::size_t peer) const {
  const auto& members = all_.rules.view().past.members_at(core_->commit_index());
  const auto& other = all_.lives[peer];
  return !raft::is_member(members, other.config.self)
         && (raft::is_retired(members, other.config.self)
             || other.born_after.value_or(members.retired_floor) < members.retired_floor);
}

void member::turn_away(std::size_t peer) {
  const auto& members = all_.rules.view().past.members_at(core_->commit_index());
  const bool too_old = !raft::is_retired(members, all_.lives[peer].config.self);
  all_.net.carry(who_, peer, [this, peer, too_old] { all_.members[peer].turned_away(too_old); });
}

void member::turned_away(bool too_old) {
  when_awake([this, too_old] {
    all_.done.add(count::lives_ended_by_hello);
    all_.wishes.dismiss(who_, too_old);
  });
}

void member::asked_in_by(std::size_t who, bool may_forward) {
  when_awake([this, who, may_forward] {
    const auto standing = core_->standing();
    if (standing != raft::standing::voter && standing != raft::standing::learner)
      return; // it is outside itself
    if (is_over(who))
      return turn_away(who);
    const auto& other = all_.lives[who];
    if (!other.born_after) {
      all_.net.carry(who_, who, [this, who, committed = core_->commit_index()] {
        all_.lives.meets_cluster(who, committed);
      });
      return;
    }
    change({raft::change_kind::add, other.config.self, *other.born_after});
    if (!up() || !change_)
      return;
    const auto leader = all_.lives.number_of(change_->leader);
    if (!change_->refused)
      check_link(who);
    else if (*change_->refused == raft::change_refusal::name_taken)
      check_link(who);
    else if (*change_->refused == raft::change_refusal::not_leader && may_forward
             && leader != nobody && leader != who_)
      all_.net.carry(who_, leader,
                     [this, who, leader] { all_.members[leader].asked_in_by(who, false); });
  });
}

// Of somebody who may be in the place of another life: is that one still there? A link that is
// broken is noticed in the end.
void member::check_link(std::size_t who) {
  for (std::size_t other = 0; up() && other < all_.lives.size(); ++other)
    if (other != who && other != who_ && all_.lives[other].slot == all_.lives[who].slot
        && !all_.members[other].up())
      link_changed(other, false);
}

void member::change(const raft::member_change& what) {
  change_.reset();
  if (awake())
    feed(raft::change_members{what});
}

void member::transfer(const raft::transfer_leadership& what) {
  if (awake())
    feed(what);
}

} // namespace hamok::sim
