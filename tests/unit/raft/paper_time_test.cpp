// The cluster's clock in the log, and the determinism of a core (architecture; thesis, 6.3).

#include "hamok/raft/codec.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"
#include "hamok/tests/unit/raft/random_messages.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

duration time_of(const subject& member, index_t index) {
  return member->log().at(index).cluster_time;
}

/// Everything that a core says to a random history, as text.
std::string trace_of(std::uint64_t seed, std::uint64_t history) {
  setup what{.log = {1, 1}, .term = 1};
  what.config.seed = seed;
  subject member{what};
  message_generator generator{history};
  std::string result;
  for (int i = 0; i < 2000; ++i) {
    member.wait(duration{static_cast<std::int64_t>(generator.below(200'000'000))});
    const auto from = static_cast<unsigned>(2 + generator.below(2));
    auto body = generator.body(static_cast<unsigned>(generator.below(message_generator::kinds)));
    const auto out = generator.coin() ? member.give(tick{}) : member.give(from, std::move(body));
    for (const auto& item : out.send)
      result += item.to.peer + " " + to_string(item.message) + "\n";
    result += std::to_string(out.deadline.count()) + " " + to_string(member->role()) + "\n";
  }
  return result;
}

} // namespace

TEST_CASE("the cluster's clock advances with the leader's clock (architecture)") {
  subject leader{{.log = {1}, .term = 1}};
  leader.elect();
  leader.give(proposals({"x"}));
  leader.wait(200ms);
  leader.give(proposals({"y", "z"}));
  CHECK(time_of(leader, 4) - time_of(leader, 3) == 200ms);
  CHECK(time_of(leader, 4) == time_of(leader, 5));
}

TEST_CASE("entries whose clock goes back, or where it overflows, are not taken (architecture)") {
  subject member{{.log = {}, .term = 1}};
  const auto from_leader = [&](std::vector<duration> times, index_t prev) {
    std::vector<entry> entries;
    for (const auto time : times)
      entries.push_back({1, entry_kind::command, time, {}});
    return member.give(2, append(1, prev, prev == 0 ? 0 : 1, std::move(entries)));
  };
  CHECK(from_leader({90s}, 0).rejected == nullptr);
  for (const auto& bad : std::vector<std::vector<duration>>{
           {80s}, {100s, 99s}, {-1ns}, {max_cluster_time + 1ns}, {duration::max()}}) {
    const auto out = from_leader(bad, 1);
    CHECK(out.rejected != nullptr);
    CHECK(all_sent<append_response>(out).empty());
  }
  CHECK(member->log().last_index() == 1);
  CHECK(from_leader({90s, max_cluster_time}, 1).rejected == nullptr);
  CHECK(member->log().last_index() == 3);
}

TEST_CASE("the cluster's clock stops before it would overflow (architecture)") {
  subject member{{.log = {}, .term = 1}};
  member.give(2, append(1, 0, 0, {{1, entry_kind::command, max_cluster_time, {}}}));
  member.wait(10s);
  member.elect();
  CHECK(time_of(member, 2) == max_cluster_time);
}

TEST_CASE("the clock by which sessions end stands still without a leader (consensus.md, 9)") {
  subject member{{.log = {}, .term = 1}};
  member.give(2, append(1, 0, 0, {{1, entry_kind::command, 90s, {}}}));
  member.wait(10s);
  member.elect();
  // It stood still while there was no leader, whatever this member's own clock shows.
  CHECK(time_of(member, 2) >= 90s);
  CHECK(time_of(member, 2) < 91s);
  member.wait(100ms);
  member.give(proposals({"x"}));
  CHECK(time_of(member, 3) - time_of(member, 2) >= 100ms);
}

TEST_CASE("the cluster's clock never goes back along the log (architecture)") {
  subject member{{.log = {}, .term = 0}};
  for (int time = 0; time < 5; ++time) {
    member.elect();
    member.give(proposals({"x"}));
    member.wait(30ms);
    member.give(proposals({"y"}));
    member.give(2, append_response{member->term() + 1, 0, false, 0, 0, 0, 0});
  }
  for (index_t index = 2; index <= member->log().last_index(); ++index)
    CHECK(time_of(member, index) >= time_of(member, index - 1));
}

TEST_CASE("the same seed and the same events give the same outputs (rules, determinism)") {
  for (std::uint64_t history = 1; history <= 5; ++history)
    CHECK(trace_of(7, history) == trace_of(7, history));
  CHECK(trace_of(7, 1) != trace_of(8, 1));
}

TEST_CASE("a core that is moved goes on as it was (architecture, handover of roles)") {
  subject member{{.log = {1}, .term = 1}};
  member.elect();
  member.acknowledge_all(3);
  auto moved = std::move(member.core());
  CHECK(moved.role() == role::leader);
  const auto out = moved.step({member.now(), proposals({"x"})});
  CHECK(all_sent<append_request>(out).size() == 2);
  CHECK(out.proposal->first_index == 3);
}

TEST_CASE("no history of hostile messages breaks what a member promises (rules, hostile bytes)") {
  for (std::uint64_t history = 1; history <= 20; ++history) {
    subject member{{.log = {1, 1}, .term = 1}};
    message_generator generator{history};
    term_t term = 1;
    index_t commit = 0;
    for (int i = 0; i < 500; ++i) {
      member.wait(duration{static_cast<std::int64_t>(generator.below(100'000'000))});
      const auto from = static_cast<unsigned>(1 + generator.below(4));
      auto body = generator.body(static_cast<unsigned>(generator.below(message_generator::kinds)));
      static_cast<void>(generator.coin() ? member.step(tick{})
                                         : member.step(from, std::move(body)));
      if (generator.below(3) == 0)
        member.sync();
      REQUIRE(member->term() >= term);
      REQUIRE(member->commit_index() >= commit);
      REQUIRE(member->commit_index() <= member->log().last_index());
      REQUIRE(member->durable_index() <= member->log().last_index());
      term = member->term();
      commit = member->commit_index();
    }
  }
}
