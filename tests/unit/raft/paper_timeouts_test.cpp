// The timeouts of an election (consensus.md, 1).

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

/// Everyone refuses the pre-vote that is on its way; gives the time until the next one.
duration lose_round(subject& member) {
  for (unsigned n = 2; n <= 3; ++n)
    member.give(n, vote_response{member->term(), member->term() + 1, true, false});
  const auto lost = member.now();
  member.time_out();
  return member.now() - lost;
}

/// n1 of three, whose pre-votes or votes are on their way.
subject in_round(bool pre_vote) {
  subject result{{.log = {1}, .term = 1}};
  if (pre_vote)
    result.time_out();
  else
    result.campaign();
  return result;
}

setup with_seed(std::uint64_t seed) {
  setup what{.log = {1}, .term = 1};
  what.config.seed = seed;
  return what;
}

} // namespace

TEST_CASE("a brand-new member campaigns within 100 ms, at random (consensus.md, 1)") {
  duration earliest = 1h;
  duration latest{0};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    setup what;
    what.config.seed = seed;
    subject member{what};
    const auto start = member.now();
    member.time_out();
    const auto time = member.now() - start;
    CHECK(time <= 100ms);
    earliest = std::min(earliest, time);
    latest = std::max(latest, time);
  }
  CHECK(latest - earliest > 50ms);
}

TEST_CASE("a restarted member waits for a leader before it campaigns (consensus.md, 1)") {
  subject member{{.log = {1}, .term = 1}};
  const auto start = member.now();
  member.time_out();
  CHECK(member.now() - start >= member->config().follower_max_idle);
}

TEST_CASE("a member that cannot be reached is not waited for in a round (consensus.md, 1)") {
  for (const bool pre_vote : {true, false}) {
    INFO("pre-vote " << pre_vote);
    auto member = in_round(pre_vote);
    member.give(
        2, vote_response{member->term(), member->term() + (pre_vote ? 1 : 0), pre_vote, false});
    const auto lost = member.now();
    member.give(link_down{id(3)});
    CHECK(member->deadline() - lost <= member->config().max_vote_pause);
  }
}

TEST_CASE("a link that comes back makes a lost round open again (consensus.md, 1)") {
  subject member{{.log = {1}, .term = 1}};
  member.time_out();
  member.give(link_down{id(3)});
  member.give(link_up{id(3)});
  member.give(2, vote_response{1, 2, true, false});
  CHECK(all_sent<vote_request>(member.give(tick{})).size() == 1);
  CHECK(member->deadline() - member.now() > member->config().max_vote_pause);
  member.give(3, vote_response{1, 2, true, true});
  CHECK(member->term() == 2);
}

TEST_CASE("a round without answers is lost before the candidacy is (consensus.md, 1)") {
  for (const bool pre_vote : {true, false}) {
    INFO("pre-vote " << pre_vote);
    auto member = in_round(pre_vote);
    const auto begun = member.now();
    // A vote costs everybody a write to its disk, a pre-vote nothing.
    const auto limit =
        pre_vote ? member->config().follower_max_idle : member->config().election_timeout / 2;
    while (member.now() - begun < limit) {
      const auto out = member.pass_to_deadline();
      const auto asked = all_sent<vote_request>(out);
      // Votes are asked for again with each heartbeat, and a new round begins with pre-votes.
      if (member->deadline() - member.now() <= member->config().max_vote_pause && asked.empty())
        break;
    }
    CHECK(member->role() == role::candidate);
    CHECK(member.now() - begun < limit);
  }
}

TEST_CASE("a round of pre-votes ends as soon as a majority is impossible (consensus.md, 1)") {
  subject member{{.voters = 5, .log = {1}, .term = 1}};
  member.time_out();
  for (unsigned n = 2; n <= 4; ++n)
    member.give(n, vote_response{1, 2, true, false});
  const auto lost = member.now();
  // Not one answer is missing any more that could change the outcome: n5's cannot.
  member.give(5, vote_response{1, 2, true, true});
  CHECK(member->role() == role::candidate);
  CHECK(member->term() == 1);
  member.time_out();
  CHECK(member.now() - lost >= member->config().min_vote_pause);
  CHECK(member.now() - lost <= member->config().max_vote_pause);
}

TEST_CASE(
    "a round of votes that is lost ends as early, and pre-vote comes again (consensus.md, 1)") {
  subject member{{.log = {1}, .term = 1}};
  member.campaign();
  member.give(2, vote(2, false));
  member.give(3, vote(2, false));
  const auto lost = member.now();
  const auto out = member.time_out();
  CHECK(the_sent<vote_request>(2, out).pre_vote);
  CHECK(the_sent<vote_request>(2, out).term == 3);
  CHECK(member.now() - lost >= member->config().min_vote_pause);
  CHECK(member.now() - lost <= member->config().max_vote_pause);
}

TEST_CASE("the pause after a lost round doubles up to follower_max_idle (consensus.md, 1)") {
  duration longest{0};
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    subject member{with_seed(seed)};
    member.time_out();
    duration bound = member->config().max_vote_pause;
    for (int round = 0; round < 8; ++round) {
      const auto pause = lose_round(member);
      if (member->role() != role::candidate)
        break; // the candidacy has ended meanwhile
      CHECK(pause >= member->config().min_vote_pause);
      CHECK(pause <= bound);
      longest = std::max(longest, pause);
      bound = std::min(2 * bound, member->config().follower_max_idle);
    }
  }
  CHECK(longest > 10 * core_config{}.max_vote_pause);
}

TEST_CASE("the pauses of two members differ, so that one of them gets ahead (consensus.md, 1)") {
  int apart = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    subject one{with_seed(seed)};
    subject two{with_seed(seed + 1000)};
    one.time_out();
    two.time_out();
    const auto difference = lose_round(one) - lose_round(two);
    apart += difference > 500us || difference < -500us ? 1 : 0;
  }
  CHECK(apart > 40);
}

TEST_CASE("a candidacy lasts at most election_timeout (consensus.md, 1)") {
  subject member{{.log = {1}, .term = 1}};
  member.time_out();
  const auto start = member.now();
  for (int ticks = 0; ticks < 1000 && member->role() == role::candidate; ++ticks)
    member.pass_to_deadline();
  CHECK(member->role() == role::follower);
  CHECK(member.now() - start <= member->config().election_timeout);
  CHECK(member.now() - start >= member->config().election_timeout / 2);
  // And it tries again later.
  member.time_out();
  CHECK(member->role() == role::candidate);
}

TEST_CASE("unanswered requests are repeated each heartbeat in both phases (consensus.md, 1)") {
  subject member{{.log = {1}, .term = 1}};
  member.time_out();
  CHECK(all_sent<vote_request>(member.pass(member->config().heartbeat)).size() == 2);
  member.give(2, vote_response{1, 2, true, true});
  REQUIRE(member->term() == 2);
  const auto out = member.pass(member->config().heartbeat);
  CHECK(all_sent<vote_request>(out).size() == 2);
  CHECK_FALSE(the_sent<vote_request>(2, out).pre_vote);
}

TEST_CASE("an only_follower member never campaigns, but votes (consensus.md, 6)") {
  setup what{.log = {1}, .term = 1};
  what.config.only_follower = true;
  subject member{what};
  for (int ticks = 0; ticks < 100; ++ticks) {
    const auto out = member.pass(1s);
    CHECK(out.send.empty());
    CHECK(member->role() == role::follower);
  }
  member.give(link_up{id(2)});
  member.give(2, append(1, 1, 1));
  member.give(link_down{id(2)});
  CHECK(member.pass(1s).send.empty());
  CHECK(the_sent<vote_response>(3, member.give(3, ask(2, 1, 1))).granted);
}

TEST_CASE("a learner and a stranger to the configuration never campaign (consensus.md, 6)") {
  for (const auto& members :
       {configuration{ids(2, 4), {}, {id(1)}}, configuration{ids(2, 4), {}, {}}}) {
    setup what{.log = {1}, .term = 1};
    what.members = members;
    subject member{what};
    for (int ticks = 0; ticks < 20; ++ticks)
      CHECK(member.pass(1s).send.empty());
    CHECK(member->role() == role::follower);
    CHECK(the_sent<append_response>(2, member.give(2, append(1, 1, 1))).success);
  }
}

TEST_CASE(
    "the deadline that a core names lies ahead, and nothing happens before it (architecture)") {
  subject member{{.log = {1}, .term = 1}};
  for (int ticks = 0; ticks < 50; ++ticks) {
    const auto wait = member->deadline() - member.now();
    CHECK(wait > duration{0});
    if (wait > 2ns) {
      member.wait(wait - 1ns);
      const auto early = member.give(tick{});
      CHECK(early.send.empty());
      CHECK_FALSE(early.role);
    }
    member.pass_to_deadline();
  }
}

TEST_CASE("a clock that jumps back is taken to stand still (core.hpp)") {
  subject member{{.log = {1}, .term = 1}};
  member.give(2, append(1, 1, 1));
  static_cast<void>(member.core().step({1s, tick{}}));
  static_cast<void>(member.core().step({1s, receive{id(2), {0, append(1, 1, 1)}}}));
  CHECK(member->deadline() >= member.now() + member->config().follower_max_idle);
  member.wait(member->config().follower_max_idle - 1ms);
  CHECK_FALSE(the_sent<vote_response>(3, member.give(3, pre_ask(2, 1, 1))).granted);
}
