// Who may link, and when a quorum has forgotten (consensus.md, 4 and 5).

#include "hamok/raft/admission.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/builders.hpp"

#include <ostream>

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace hamok::raft {

std::ostream& operator<<(std::ostream& out, verdict value) {
  return out << to_string(value);
}

} // namespace hamok::raft

namespace {

constexpr incarnation_id ours{9, 9};
constexpr incarnation_id theirs{8, 8};

member_id again(unsigned n) {
  return {id(n).peer, {7, n}};
}

/// Member 1 of a cluster of 1 to 3.
admission_view member_of_three() {
  const configuration members{ids(1, 3), {}, {}};
  return {id(1), ours, members, members, {}};
}

} // namespace

TEST_CASE("members and strangers of no or the same cluster are welcome") {
  const auto here = member_of_three();
  CHECK(judge(here, {id(2), ours, 0}) == verdict::welcome);
  CHECK(judge(here, {id(2), {}, {}}) == verdict::welcome);
  CHECK(judge(here, {id(7), {}, {}}) == verdict::welcome);
  CHECK(judge(here, {id(7), ours, 12}) == verdict::welcome);
}

TEST_CASE("a member does not link with itself, with its own name, or with another cluster") {
  const auto here = member_of_three();
  CHECK(judge(here, {id(1), ours, 0}) == verdict::own_life);
  CHECK(judge(here, {again(1), ours, 0}) == verdict::name_taken);
  CHECK(judge(here, {id(7), theirs, 0}) == verdict::other_cluster);
}

TEST_CASE("consensus.md, 4: two living members with one name, and the second is refused by name") {
  auto here = member_of_three();
  CHECK(judge(here, {again(2), {}, {}}) == verdict::welcome); // the first one's link is down
  here.linked = {id(2)};
  CHECK(judge(here, {again(2), {}, {}}) == verdict::name_taken);
  CHECK(judge(here, {id(2), ours, 0}) == verdict::welcome); // one more link of the same life
}

TEST_CASE("consensus.md, 4: a guest never keeps out the member whose name it has") {
  auto here = member_of_three();
  here.linked = {again(2)}; // it came while the member's link was down
  SECTION("the configuration in force names") {
    here.committed = {};
  }
  SECTION("the committed configuration names") {
    here.latest = {};
  }
  SECTION("as a learner") {
    here.latest = here.committed = {ids(1, 1), {}, ids(2, 2)};
  }
  CHECK(judge(here, {id(2), ours, 0}) == verdict::welcome);
  CHECK(displaces(here, {id(2), ours, 0}, again(2)));
  CHECK_FALSE(displaces(here, {id(2), ours, 0}, id(2)));
  CHECK_FALSE(displaces(here, {id(2), ours, 0}, id(3)));
  here.linked = {id(2)};
  CHECK(judge(here, {again(2), ours, 5}) == verdict::name_taken);
  CHECK_FALSE(displaces(here, {again(2), ours, 5}, id(2)));
}

TEST_CASE("a voter is not kept out by whom a change that may vanish has let in") {
  auto here = member_of_three(); // it led, and had begun to replace 2, which leads now
  here.linked = {again(2)};
  SECTION("as a learner") {
    here.latest.learners = {again(2)};
  }
  SECTION("as a voter") {
    here.latest = {{id(1), again(2), id(3)}, ids(1, 3), {}};
  }
  CHECK(judge(here, {id(2), ours, 0}) == verdict::welcome);
  here.linked = {id(2)};
  CHECK(judge(here, {again(2), ours, 5}) == verdict::name_taken);
}

TEST_CASE("whoever is in a cluster is not kept out by an outsider of its name") {
  admission_view here{{"n9", {9, 9}}, {}, {}, {}, {again(2)}, {again(2)}};
  CHECK(judge(here, {id(2), ours, 0}) == verdict::welcome);
  CHECK(judge(here, {id(2), {}, {}}) == verdict::name_taken);
  here.outsiders = {};
  CHECK(judge(here, {id(2), ours, 0}) == verdict::name_taken);
}

TEST_CASE("of two lives that are the same to the cluster the one that is linked stays") {
  auto here = member_of_three();
  SECTION("two guests") {
    here.latest = here.committed = {ids(1, 1), {}, {}};
  }
  SECTION("two voters, one of which takes the place of the other") {
    here.latest = here.committed = {{id(1), again(2), id(3)}, ids(1, 3), {}};
  }
  here.linked = {id(2)};
  CHECK(judge(here, {again(2), ours, 5}) == verdict::name_taken);
  here.linked = {again(2)};
  CHECK(judge(here, {id(2), ours, 0}) == verdict::name_taken);
}

TEST_CASE("consensus.md, 4: a retired life is not admitted, as soon as that is committed") {
  auto here = member_of_three();
  here.latest.retired = {{id(4), 10}};
  CHECK(judge(here, {id(4), ours, 3}) == verdict::welcome);
  here.committed.retired = {{id(4), 10}};
  CHECK(judge(here, {id(4), ours, 3}) == verdict::retired);
}

TEST_CASE("a life that may have been removed and forgotten is not admitted") {
  auto here = member_of_three();
  here.committed.retired_floor = 20;
  CHECK(judge(here, {id(4), ours, 19}) == verdict::retired);
  CHECK(judge(here, {id(4), ours, 20}) == verdict::welcome);
  CHECK(judge(here, {id(4), {}, {}}) == verdict::welcome);  // it has heard of no cluster yet
  CHECK(judge(here, {id(2), ours, 0}) == verdict::welcome); // a member is as old as it is
  here.latest.learners = {id(4)};
  CHECK(judge(here, {id(4), ours, 19}) == verdict::welcome);
}

TEST_CASE("guests are bounded, members are not") {
  auto here = member_of_three();
  for (unsigned n = 100; n < 100 + max_guests; ++n)
    here.linked.push_back(id(n));
  CHECK(judge(here, {id(50), {}, {}}) == verdict::too_many_guests);
  CHECK(judge(here, {id(100), {}, {}}) == verdict::welcome);
  CHECK(judge(here, {id(2), {}, {}}) == verdict::welcome);
}

TEST_CASE("messages pass between members of one cluster only") {
  CHECK(admits_messages(ours, ours));
  CHECK_FALSE(admits_messages(ours, theirs));
  CHECK_FALSE(admits_messages(ours, {}));
  CHECK_FALSE(admits_messages({}, ours));
  CHECK_FALSE(admits_messages({}, {}));
}

TEST_CASE("voters whose other life was met have forgotten") {
  const configuration members{ids(1, 3), {}, {id(4)}};
  CHECK(forgotten(members, {id(1), id(2)}).empty());
  CHECK(forgotten(members, {id(1), again(2), again(4)}) == ids(2, 2));
  const configuration joint{{id(1), again(2)}, ids(1, 2), {}};
  CHECK(forgotten(joint, {id(1), again(2)}) == ids(2, 2));
}

TEST_CASE("the life that was replaced is no sign that its successor has forgotten") {
  const configuration members{ids(1, 3), {}, {}, {{again(2), 4}}};
  CHECK(forgotten(members, {again(2)}).empty());
}

TEST_CASE("consensus.md, 5: a quorum is lost when too few remember, in either half") {
  CHECK_FALSE(quorum_is_lost({ids(1, 3), {}, {}}, ids(2, 2)));
  CHECK(quorum_is_lost({ids(1, 3), {}, {}}, ids(2, 3)));
  CHECK(quorum_is_lost({ids(1, 2), {}, {}}, ids(2, 2)));
  CHECK_FALSE(quorum_is_lost({ids(1, 3), {}, {}}, {}));
  CHECK(quorum_is_lost({ids(1, 5), ids(4, 5), {}}, ids(5, 5)));
}
