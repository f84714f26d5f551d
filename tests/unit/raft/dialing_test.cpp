// Whom a node dials, and when it asks its seeds (consensus.md, 5).

#include "hamok/raft/dialing.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/builders.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

known_peer at(unsigned n, std::uint64_t version = 1) {
  return {id(n).peer, "host:" + std::to_string(n), version};
}

/// Member 1 of a cluster of 1 to 3, which has heard of 4 and 5 as well.
dialing_view member_of_three() {
  return {id(1), false, {ids(1, 3), {}, {}}, {}, {at(1), at(2), at(3), at(4), at(5)}, {}};
}

} // namespace

TEST_CASE("a member dials the members, in either half, and learners") {
  auto here = member_of_three();
  CHECK(plan_dialing(here).wanted == std::vector{at(2), at(3)});
  here.members = {ids(1, 2), ids(1, 3), {id(5)}};
  CHECK(plan_dialing(here).wanted == std::vector{at(2), at(3), at(5)});
}

TEST_CASE("whoever is no member dials everybody it has heard of, and its seeds") {
  auto here = member_of_three();
  here.members = {ids(2, 3), {}, {}};
  here.linked = ids(2, 3);
  CHECK(plan_dialing(here).wanted == std::vector{at(2), at(3), at(4), at(5)});
  CHECK(plan_dialing(here).seek);
  here.members = {}; // of another life: this one is none yet
  CHECK(plan_dialing(here).wanted.size() == 4);
}

TEST_CASE("a member asks its seeds until it is linked with a member, whatever guests there are") {
  auto here = member_of_three();
  CHECK(plan_dialing(here).seek);
  here.linked = {id(4), {id(2).peer, {7, 7}}}; // another life of a member is a guest
  CHECK(plan_dialing(here).seek);
  here.linked.push_back(id(3));
  CHECK_FALSE(plan_dialing(here).seek);
}

TEST_CASE("who is to be added is dialed where the caller says, unless it is known better") {
  auto here = member_of_three();
  here.awaited = {at(6, 0), {id(2).peer, "elsewhere", 0}, at(1, 0)};
  CHECK(plan_dialing(here).wanted == std::vector{at(2), at(3), at(6, 0)});
}

TEST_CASE("a peer without an endpoint is not dialed") {
  auto here = member_of_three();
  here.known = {{id(2).peer, "", 1}, at(3)};
  CHECK(plan_dialing(here).wanted == std::vector{at(3)});
}

TEST_CASE("the directory keeps room for members that it has yet to hear of, and for the linked") {
  auto here = member_of_three();
  here.known = {at(3)};
  here.linked = {id(9)};
  CHECK(plan_dialing(here).kept == std::set{id(2).peer, id(3).peer, id(9).peer});
}

TEST_CASE("whoever has left dials nobody") {
  auto here = member_of_three();
  here.rests = true;
  here.awaited = {at(6)};
  const auto plan = plan_dialing(here);
  CHECK(plan.wanted.empty());
  CHECK_FALSE(plan.seek);
}
