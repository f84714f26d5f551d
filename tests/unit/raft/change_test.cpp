// The steps from one configuration to the next (thesis, 4.3; consensus.md, 4 and 6): by example,
// and against what must hold for every configuration of four names.

#include "hamok/raft/change.hpp"
#include "hamok/raft/membership.hpp"
#include "hamok/raft/quorum.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/builders.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

constexpr retirement at_9{9, 128};

configuration voters(unsigned first, unsigned last) {
  return {ids(first, last), {}, {}};
}

/// Another life of member `n`.
member_id life(unsigned n, std::uint64_t number) {
  return {id(n).peer, {number, n}};
}

member_change adding(member_id who, index_t born_after = 0) {
  return {change_kind::add, std::move(who), born_after};
}

member_change removing(member_id who) {
  return {change_kind::remove, std::move(who), 0};
}

member_id anybody_called(unsigned n) {
  return {id(n).peer, {}};
}

change_plan plan(const configuration& now, const member_change& wish,
                 const link_table& links = {}) {
  return plan_change(now, wish, at_9, links);
}

configuration retiring(configuration members, std::vector<retired_member> retired) {
  members.retired = std::move(retired);
  return members;
}

} // namespace

TEST_CASE("a new name begins as a learner, and then there is nothing more to wish for") {
  const auto first = plan(voters(1, 3), adding(id(4)));
  CHECK(first.next == configuration{ids(1, 3), {}, ids(4, 4)});
  CHECK(first.member == id(4));
  const auto again = plan(*first.next, adding(id(4)));
  CHECK_FALSE(again.refused);
  CHECK_FALSE(again.next);
  CHECK_FALSE(again.done);
  const auto joint = plan_promotion(*first.next, id(4));
  CHECK(joint == configuration{ids(1, 4), ids(1, 3), {}});
  CHECK_FALSE(plan(*joint, adding(id(4))).done);
  const auto last = leave_joint(*joint, at_9);
  CHECK(last == voters(1, 4));
  CHECK(plan(last, adding(id(4))).done);
}

TEST_CASE("the new life of a voter learns beside it, and takes its place in one joint step") {
  const auto first = plan(voters(1, 3), adding(life(3, 7)));
  CHECK(first.next == configuration{ids(1, 3), {}, {life(3, 7)}});
  const auto joint = plan_promotion(*first.next, life(3, 7));
  CHECK(joint == configuration{{id(1), id(2), life(3, 7)}, ids(1, 3), {}});
  CHECK(leave_joint(*joint, at_9) == retiring({{id(1), id(2), life(3, 7)}, {}, {}}, {{id(3), 9}}));
}

TEST_CASE("the new life of a learner takes its place at once") {
  const auto first = plan({ids(1, 3), {}, ids(4, 4)}, adding(life(4, 7)));
  CHECK(first.next == retiring({ids(1, 3), {}, {life(4, 7)}}, {{id(4), 9}}));
}

TEST_CASE("a voter goes by a joint step, a learner at once") {
  const auto voter = plan(voters(1, 3), removing(id(2)));
  CHECK(voter.next == configuration{{id(1), id(3)}, ids(1, 3), {}});
  CHECK(leave_joint(*voter.next, at_9) == retiring({{id(1), id(3)}, {}, {}}, {{id(2), 9}}));
  const auto learner = plan({ids(1, 3), {}, ids(4, 5)}, removing(id(4)));
  CHECK(learner.next == retiring({ids(1, 3), {}, ids(5, 5)}, {{id(4), 9}}));
}

TEST_CASE("a removal by name is of whoever has it now, and of who was to take its place") {
  const auto found = plan({ids(1, 3), {}, {life(3, 7)}}, removing(anybody_called(3)));
  CHECK(found.member == id(3));
  CHECK(found.next == retiring({ids(1, 2), ids(1, 3), {}}, {{life(3, 7), 9}}));
  CHECK(plan({ids(1, 3), {}, ids(4, 4)}, removing(anybody_called(4))).member == id(4));
  CHECK(plan(voters(1, 3), removing(anybody_called(4))).refused == change_refusal::no_such_member);
  // It is on its way out.
  const auto leaving = plan({ids(1, 2), ids(1, 3), {}}, removing(anybody_called(3)));
  CHECK(leaving.member == id(3));
  CHECK_FALSE(leaving.refused);
  CHECK_FALSE(leaving.next);
  CHECK_FALSE(leaving.done);
}

TEST_CASE("a repeated wish undoes nothing that has happened since (consensus.md, 4)") {
  const auto without = retiring(voters(1, 3), {{id(4), 5}});
  CHECK(plan(without, adding(id(4))).refused == change_refusal::retired);
  CHECK(plan(without, removing(id(4))).done);
  auto back = without;
  back.voters.push_back(life(4, 7));
  CHECK(plan(back, removing(id(4))).done);
  CHECK(plan(back, adding(id(4))).refused == change_refusal::retired);
}

TEST_CASE("a life is not replaced while its link is up (consensus.md, 4)") {
  link_table links;
  links.up(id(3));
  CHECK(plan(voters(1, 3), adding(life(3, 7)), links).refused == change_refusal::name_taken);
  CHECK(plan({ids(1, 2), {}, ids(3, 3)}, adding(life(3, 7)), links).refused
        == change_refusal::name_taken);
  links.down(id(3));
  CHECK_FALSE(plan(voters(1, 3), adding(life(3, 7)), links).refused);
}

TEST_CASE("what is forgotten of the retired is remembered as a floor (consensus.md, 4)") {
  configuration members = voters(1, 2);
  for (index_t index = 1; index <= 5; ++index) {
    members.learners = {life(4, index)};
    members = *plan_change(members, removing(life(4, index)), {index * 10, 3}, {}).next;
  }
  CHECK(members.retired
        == std::vector<retired_member>{{life(4, 3), 30}, {life(4, 4), 40}, {life(4, 5), 50}});
  CHECK(members.retired_floor == 20);
  CHECK(plan(members, adding(life(4, 4), 35)).refused == change_refusal::retired);
  CHECK(plan(members, adding(life(4, 2), 15)).refused == change_refusal::too_old);
  CHECK(plan(members, adding(life(4, 9), 19)).refused == change_refusal::too_old);
  CHECK_FALSE(plan(members, adding(life(4, 9), 20)).refused);
}

TEST_CASE("wishes that cannot be are refused by name") {
  CHECK(plan(voters(1, 3), adding({"", {1, 1}})).refused == change_refusal::malformed);
  CHECK(plan(voters(1, 3), adding(anybody_called(4))).refused == change_refusal::malformed);
  CHECK(plan(voters(1, 3), removing({std::string(256, 'x'), {}})).refused
        == change_refusal::malformed);
  CHECK(plan(voters(1, 1), removing(id(1))).refused == change_refusal::last_voter);
  CHECK(plan(voters(1, 64), adding(id(65))).refused == change_refusal::too_many);
  CHECK_FALSE(plan(voters(1, 63), adding(id(65))).refused);
  const auto returning = plan(voters(1, 64), adding(life(3, 7))); // takes the place of n3
  CHECK_FALSE(returning.refused);
  CHECK(valid(*returning.next));
}

TEST_CASE("only a learner is promoted, and never while another change goes on") {
  CHECK_FALSE(plan_promotion(voters(1, 3), id(4)));
  CHECK_FALSE(plan_promotion(voters(1, 3), id(3)));
  CHECK_FALSE(plan_promotion({ids(1, 2), ids(1, 3), ids(4, 4)}, id(4)));
}

namespace {

/// Every plain configuration of up to four names, one of which may have two lives.
std::vector<configuration> all_configurations() {
  std::vector<configuration> result;
  for (unsigned code = 0; code < 4 * 4 * 4 * 4; ++code) {
    configuration members;
    for (unsigned n = 1, rest = code; n <= 4; ++n, rest /= 4) {
      if (rest % 4 == 1 || rest % 4 == 3)
        members.voters.push_back(id(n));
      if (rest % 4 == 2)
        members.learners.push_back(id(n));
      if (rest % 4 == 3)
        members.learners.push_back(life(n, 7));
    }
    if (!members.voters.empty())
      result.push_back(std::move(members));
  }
  return result;
}

bool share_a_majority_step(const configuration& from, const configuration& to) {
  // Either the voters stay what they are, or the old ones stay as the outgoing half.
  return to.outgoing.empty() ? to.voters == from.voters : to.outgoing == from.voters;
}

/// Everybody who was in and is not any more is retired, and nobody else is.
bool retires_who_goes(const configuration& from, const configuration& to) {
  const auto before = others(from, {});
  return std::ranges::all_of(before, [&](const member_id& member) {
    return is_member(to, member) != is_retired(to, member);
  });
}

} // namespace

TEST_CASE("thesis, 4.3: every step from every configuration keeps the majorities together") {
  for (const auto& now : all_configurations())
    for (unsigned n = 1; n <= 4; ++n)
      for (const auto& wish : {adding(id(n)), adding(life(n, 7)), adding(life(n, 8)),
                               removing(id(n)), removing(anybody_called(n))}) {
        const auto found = plan(now, wish);
        if (!found.next)
          continue;
        CHECK(valid(*found.next));
        CHECK(*found.next != now);
        CHECK(share_a_majority_step(now, *found.next));
        CHECK(retires_who_goes(now, *found.next));
        if (found.next->outgoing.empty())
          continue;
        const auto last = leave_joint(*found.next, {10, 128});
        CHECK(valid(last));
        CHECK(last.voters == found.next->voters);
        CHECK(retires_who_goes(now, last));
      }
}

TEST_CASE("thesis, 4.3: every promotion keeps the majorities together") {
  for (const auto& now : all_configurations())
    for (const auto& learner : now.learners) {
      const auto joint = plan_promotion(now, learner);
      REQUIRE(joint);
      CHECK(valid(*joint));
      CHECK(joint->outgoing == now.voters);
      CHECK(contains(joint->voters, learner));
      const auto last = leave_joint(*joint, at_9);
      CHECK(valid(last));
      CHECK(retires_who_goes(now, last));
    }
}
