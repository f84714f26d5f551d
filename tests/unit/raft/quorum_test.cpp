// Majorities, checked against a version that tries every set of members.

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

/// Whether the members in `set` (bit n is member n) are more than half of `voters`.
bool dumb_majority(const std::vector<member_id>& voters, unsigned set) {
  std::size_t inside = 0;
  for (unsigned n = 1; n <= 8; ++n)
    for (const auto& voter : voters)
      inside += voter == id(n) && (set >> n & 1u) != 0 ? 1 : 0;
  return 2 * inside > voters.size();
}

bool dumb_quorum(const configuration& members, unsigned set) {
  return dumb_majority(members.voters, set)
         && (members.outgoing.empty() || dumb_majority(members.outgoing, set));
}

std::vector<member_id> members_in(unsigned set) {
  std::vector<member_id> result;
  for (unsigned n = 1; n <= 8; ++n)
    if ((set >> n & 1u) != 0)
      result.push_back(id(n));
  return result;
}

/// Every plain configuration of up to five voters, and every joint one of up to three in each half.
std::vector<configuration> all_configurations() {
  std::vector<configuration> result;
  for (unsigned last = 1; last <= 5; ++last)
    result.push_back({ids(1, last), {}, {}});
  for (unsigned incoming = 1; incoming < 16; ++incoming)
    for (unsigned outgoing = 1; outgoing < 16; ++outgoing)
      result.push_back({members_in(incoming << 1), members_in(outgoing << 1), {}});
  return result;
}

unsigned everyone(const configuration& members) {
  unsigned result = 0;
  for (const auto* voters : {&members.voters, &members.outgoing})
    for (const auto& voter : *voters)
      for (unsigned n = 1; n <= 8; ++n)
        result |= voter == id(n) ? 1u << n : 0u;
  return result;
}

/// The largest value that some quorum has reached, found by trying each.
index_t dumb_value(const configuration& members, const std::vector<index_t>& values) {
  index_t best = 0;
  for (index_t candidate : values) {
    unsigned set = 0;
    for (unsigned n = 1; n < values.size(); ++n)
      set |= values[n] >= candidate ? 1u << n : 0u;
    if (dumb_quorum(members, set))
      best = std::max(best, candidate);
  }
  return best;
}

} // namespace

TEST_CASE("a majority is more than half, and the smallest such number") {
  for (std::size_t voters = 1; voters <= 20; ++voters) {
    CHECK(2 * majority(voters) > voters);
    CHECK(2 * (majority(voters) - 1) <= voters);
  }
}

TEST_CASE("any two quorums of a configuration have a member in common") {
  for (const auto& members : all_configurations()) {
    const auto all = everyone(members);
    for (unsigned set = 0; set <= all; ++set)
      if (dumb_quorum(members, set & all))
        CHECK_FALSE(dumb_quorum(members, all & ~set));
  }
}

TEST_CASE("quorum_value agrees with trying every set, for all small inputs and joint ones") {
  for (const auto& members : all_configurations()) {
    const auto all = everyone(members);
    unsigned count = 0;
    for (unsigned n = 1; n <= 8; ++n)
      count += all >> n & 1u;
    unsigned inputs = 1;
    for (unsigned n = 0; n < count; ++n)
      inputs *= 3;
    for (unsigned input = 0; input < inputs; ++input) {
      std::vector<index_t> values(9, 0);
      auto rest = input;
      for (unsigned n = 1; n <= 8; ++n)
        if ((all >> n & 1u) != 0) {
          values[n] = rest % 3;
          rest /= 3;
        }
      const auto value = quorum_value(members, index_t{0}, [&](const member_id& member) {
        return values[static_cast<std::size_t>(member.incarnation.low)];
      });
      if (value != dumb_value(members, values))
        FAIL("input " << input << " of " << count << " members: " << value << " instead of "
                      << dumb_value(members, values));
    }
  }
  SUCCEED();
}

TEST_CASE("the value of nobody is nothing, in either half") {
  CHECK(majority_value(std::vector<index_t>{}, index_t{7}) == 7);
  CHECK(majority_value(std::vector<index_t>{5}, index_t{7}) == 5);
  CHECK(majority_value(std::vector<index_t>{5, 9}, index_t{0}) == 5);
  CHECK(majority_value(std::vector<index_t>{5, 9, 7}, index_t{0}) == 7);
}

TEST_CASE("count_votes agrees with trying every set of answers that may still come") {
  for (const auto& members : all_configurations()) {
    const auto all = everyone(members);
    for (unsigned granted = 0; granted <= all; ++granted) {
      if ((granted & ~all) != 0)
        continue;
      for (unsigned refused = 0; refused <= all; ++refused) {
        if ((refused & ~all) != 0 || (granted & refused) != 0)
          continue;
        auto expected = vote_result::pending;
        if (dumb_quorum(members, granted))
          expected = vote_result::won;
        else if (!dumb_quorum(members, all & ~refused))
          expected = vote_result::lost;
        if (count_votes(members, members_in(granted), members_in(refused)) != expected)
          FAIL("granted " << granted << ", refused " << refused << " of " << all);
      }
    }
  }
  SUCCEED();
}

TEST_CASE("votes of strangers, and votes named twice, do not count") {
  const configuration members{ids(1, 5), {}, {id(6)}};
  CHECK(count_votes(members, {id(6), id(7), id(8), id(1)}, {}) == vote_result::pending);
  CHECK(count_votes(members, {id(1), id(1), id(1)}, {}) == vote_result::pending);
  CHECK(count_votes(members, {}, {id(6), id(7), id(8)}) == vote_result::pending);
  CHECK(count_votes(members, {}, {id(2), id(2), id(2)}) == vote_result::pending);
  const auto other_life = member_id{"n2", incarnation_id{5, 5}};
  CHECK(count_votes(members, {id(1), id(3), other_life}, {}) == vote_result::pending);
}

TEST_CASE("voters are of either half, and members are the learners as well") {
  const configuration members{ids(1, 2), ids(2, 3), {id(4)}};
  for (unsigned n = 1; n <= 3; ++n)
    CHECK(is_voter(members, id(n)));
  CHECK_FALSE(is_voter(members, id(4)));
  CHECK(is_member(members, id(4)));
  CHECK_FALSE(is_member(members, id(5)));
  CHECK(contains(members.learners, id(4)));
  CHECK_FALSE(contains(members.voters, id(3)));
}

TEST_CASE("the others are every member once, but for oneself") {
  const configuration members{ids(1, 3), ids(2, 4), {id(5)}};
  auto found = others(members, id(2));
  std::sort(found.begin(), found.end());
  CHECK(found == std::vector<member_id>{id(1), id(3), id(4), id(5)});
  CHECK(others(members, id(9)).size() == 5);
}
