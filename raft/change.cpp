#include "hamok/raft/change.hpp"

#include "hamok/raft/membership.hpp"
#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace hamok::raft {

namespace {

constexpr std::size_t longest_name = 255;

void retire(configuration& members, member_id id, const retirement& retiring) {
  auto& list = members.retired;
  list.push_back({std::move(id), retiring.index});
  while (list.size() > retiring.limit) {
    members.retired_floor = std::max(members.retired_floor, list.front().index);
    list.erase(list.begin());
  }
}

/// Takes the learner of that name out, if there is one.
void drop_learner(configuration& members, const std::string& name, const retirement& retiring) {
  const auto found = std::ranges::find(members.learners, name, &member_id::peer);
  if (found == members.learners.end())
    return;
  auto id = std::move(*found);
  members.learners.erase(found);
  retire(members, std::move(id), retiring);
}

std::optional<member_id> named(const std::vector<member_id>& members, const std::string& name) {
  const auto found = std::ranges::find(members, name, &member_id::peer);
  return found == members.end() ? std::nullopt : std::optional{*found};
}

bool is_malformed(const member_change& wish) {
  const auto& id = wish.member;
  return id.peer.empty() || id.peer.size() > longest_name
         || (wish.kind == change_kind::add && id.incarnation.none());
}

change_plan plan_addition(const configuration& now, const member_change& wish,
                          const retirement& retiring, const link_table& links) {
  const auto& id = wish.member;
  change_plan plan;
  plan.member = id;
  if (is_member(now, id) && !(contains(now.outgoing, id) && !contains(now.voters, id))) {
    plan.done = contains(now.voters, id) && now.outgoing.empty();
    return plan;
  }
  const auto other_lives = others(now, id);
  if (is_retired(now, id)) {
    plan.refused = change_refusal::retired;
  } else if (wish.born_after < now.retired_floor) {
    // Had it been removed, it would have been so behind its birth, and perhaps nobody knows it any
    // more.
    plan.refused = change_refusal::too_old;
  } else if (std::ranges::any_of(other_lives, [&](const member_id& other) {
               return other.peer == id.peer && links.is_up(other);
             })) {
    plan.refused = change_refusal::name_taken;
  } else {
    plan.next = now;
    drop_learner(*plan.next, id.peer, retiring);
    plan.next->learners.push_back(id);
    if (seats(*plan.next) > max_members)
      plan = {change_refusal::too_many, false, std::nullopt, id};
  }
  return plan;
}

change_plan plan_removal(const configuration& now, const member_change& wish,
                         const retirement& retiring) {
  change_plan plan;
  plan.member = wish.member;
  if (wish.member.incarnation.none()) {
    auto found = named(now.voters, wish.member.peer);
    for (const auto* list : {&now.outgoing, &now.learners})
      if (!found)
        found = named(*list, wish.member.peer);
    if (!found) {
      plan.refused = change_refusal::no_such_member;
      return plan;
    }
    plan.member = std::move(*found);
  }
  const auto& id = plan.member;
  if (contains(now.learners, id)) {
    plan.next = now;
    drop_learner(*plan.next, id.peer, retiring);
  } else if (contains(now.voters, id)) {
    plan.next = now;
    // A life that was to take its place goes with it: it is the name that is not wanted any more.
    drop_learner(*plan.next, id.peer, retiring);
    plan.next->outgoing = now.voters;
    std::erase(plan.next->voters, id);
    if (plan.next->voters.empty())
      plan = {change_refusal::last_voter, false, std::nullopt, id};
  } else {
    plan.done = !is_member(now, id); // or it is on its way out
  }
  return plan;
}

} // namespace

change_plan plan_change(const configuration& now, const member_change& wish,
                        const retirement& retiring, const link_table& links) {
  if (is_malformed(wish))
    return {change_refusal::malformed, false, std::nullopt, wish.member};
  return wish.kind == change_kind::add ? plan_addition(now, wish, retiring, links)
                                       : plan_removal(now, wish, retiring);
}

std::optional<configuration> plan_promotion(const configuration& now, const member_id& learner) {
  if (!now.outgoing.empty() || !contains(now.learners, learner))
    return std::nullopt;
  auto next = now;
  next.outgoing = now.voters;
  std::erase_if(next.voters, [&](const member_id& voter) { return voter.peer == learner.peer; });
  next.voters.push_back(learner);
  std::erase(next.learners, learner);
  return next;
}

configuration leave_joint(const configuration& joint, const retirement& retiring) {
  auto next = joint;
  next.outgoing.clear();
  for (const auto& voter : joint.outgoing)
    if (!contains(joint.voters, voter))
      retire(next, voter, retiring);
  return next;
}

} // namespace hamok::raft
