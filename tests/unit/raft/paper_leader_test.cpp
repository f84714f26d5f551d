// How a leader replicates its log (paper, 5.3; figure 2, "leaders").

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

using terms = std::vector<term_t>;

/// n1 leads term 2 with the log 1, 2, which all others have; nothing is on the way.
subject leader_in_step(unsigned voters = 3, core_config config = {}) {
  subject result{{.voters = voters, .log = {1}, .term = 1, .config = std::move(config)}};
  result.elect();
  result.acknowledge_all(voters);
  REQUIRE(result->commit_index() == 2);
  result.acknowledge_all(voters);
  return result;
}

append_response rejection(const append_request& request, term_t conflict_term,
                          index_t conflict_index) {
  return {request.term,           request.round, false,         0,
          request.prev_log_index, conflict_term, conflict_index};
}

/// Answers as a follower with the log `log` does, until that log equals the leader's; gives the
/// number of requests that it took.
int catch_up(subject& leader, terms log) {
  subject follower{{.log = std::move(log), .term = leader->term()}};
  std::vector<append_request> requests = {
      append(leader->term(), leader.progress_of(2).next_index - 1,
             *leader->log().term_at(leader.progress_of(2).next_index - 1))};
  int round_trips = 0;
  while (!requests.empty() && round_trips < 100) {
    ++round_trips;
    output answers;
    for (auto& request : requests)
      for (auto& item : follower.give(2, std::move(request)).send)
        answers.send.push_back(std::move(item));
    requests.clear();
    for (const auto& answer : sent_to<append_response>(2, answers))
      for (auto& request : sent_to<append_request>(2, leader.give(2, answer)))
        requests.push_back(std::move(request));
  }
  CHECK(terms_of(follower->log()) == terms_of(leader->log()));
  CHECK(leader.progress_of(2).match_index == leader->log().last_index());
  return round_trips;
}

} // namespace

TEST_CASE("a leader appends a proposal to its log and sends it to all others in parallel (5.3)") {
  auto leader = leader_in_step(5);
  const auto out = leader.step(proposals({"x"}));
  REQUIRE(out.proposal);
  CHECK_FALSE(out.proposal->refused);
  CHECK(out.proposal->first_index == 3);
  CHECK(out.proposal->term == 2);
  CHECK(leader->log().at(3).data.text() == "x");
  for (unsigned n = 2; n <= 5; ++n) {
    const auto request = the_sent<append_request>(n, out);
    CHECK(request.prev_log_index == 2);
    CHECK(request.prev_log_term == 2);
    CHECK(request.leader_commit == 2);
    CHECK(terms_of(request.entries) == terms{2});
  }
}

TEST_CASE("proposals of one step are appended together, in their order (5.3)") {
  auto leader = leader_in_step();
  const auto out = leader.give(proposals({"x", "y", "z"}));
  CHECK(out.proposal->first_index == 3);
  CHECK(leader->log().last_index() == 5);
  const auto request = the_sent<append_request>(2, out);
  REQUIRE(request.entries.size() == 3);
  CHECK(request.entries[0].data.text() == "x");
  CHECK(request.entries[2].data.text() == "z");
}

TEST_CASE("a member that does not lead refuses a proposal and names the leader it knows (5.1)") {
  subject member{{.log = {1}, .term = 1}};
  auto out = member.give(proposals({"x"}));
  REQUIRE(out.proposal);
  CHECK(out.proposal->refused == refusal::not_leader);
  CHECK_FALSE(out.proposal->leader);
  member.give(3, append(1, 1, 1));
  out = member.give(proposals({"x"}));
  CHECK(out.proposal->refused == refusal::not_leader);
  CHECK(out.proposal->leader == id(3));
  CHECK(member->log().last_index() == 1);
}

TEST_CASE("a new leader starts its term with an entry of its own (thesis, 6.4; paper, 8)") {
  subject member{{.log = {1, 1}, .term = 1}};
  const auto out = member.elect();
  REQUIRE(member->log().last_index() == 3);
  CHECK(member->log().at(3).kind == entry_kind::noop);
  CHECK(member->log().at(3).term == 2);
  const auto request = the_sent<append_request>(2, out);
  CHECK(request.prev_log_index == 2);
  CHECK(request.entries.size() == 1);
}

TEST_CASE("a new leader supposes that all others have what it has (5.3, next_index)") {
  subject member{{.log = {1, 1, 1}, .term = 1}};
  const auto out = member.elect();
  for (unsigned n = 2; n <= 3; ++n) {
    CHECK(the_sent<append_request>(n, out).prev_log_index == 3);
    CHECK(member.progress_of(n).match_index == 0);
  }
}

TEST_CASE("a leader never changes entries of its own log (5.3, leader append-only)") {
  auto leader = leader_in_step();
  leader.give(proposals({"x", "y"}));
  const auto before = terms_of(leader->log());
  for (const auto& body : std::vector<message_body>{
           append_response{2, 0, false, 0, 4, 1, 1}, ask(1, 9, 9),
           append(1, 0, 0, entries_of({1, 1})), vote(2, true), append(2, 0, 0, entries_of({2, 2}))})
    leader.give(2, body);
  CHECK(terms_of(leader->log()) == before);
}

TEST_CASE("a follower that has acknowledged is sent what comes next, and no more (5.3)") {
  auto leader = leader_in_step();
  leader.give(proposals({"x"}));
  const auto out = leader.give(proposals({"y"}));
  const auto request = the_sent<append_request>(2, out);
  CHECK(request.prev_log_index == 3);
  REQUIRE(request.entries.size() == 1);
  CHECK(request.entries[0].data.text() == "y");
}

TEST_CASE("a success moves match_index and next_index, and old ones do not move them back (5.3)") {
  auto leader = leader_in_step();
  leader.give(proposals({"x", "y", "z"}));
  leader.acknowledge(2, 5);
  CHECK(leader.progress_of(2).match_index == 5);
  CHECK(leader.progress_of(2).next_index == 6);
  leader.acknowledge(2, 3);
  CHECK(leader.progress_of(2).match_index == 5);
  CHECK(leader.progress_of(2).next_index == 6);
}

TEST_CASE("an acknowledgement of more than was ever there is dropped as malformed (5.3)") {
  auto leader = leader_in_step();
  leader.give(proposals({"x"}));
  const auto out = leader.acknowledge(2, 99);
  CHECK(out.rejected != nullptr);
  CHECK(leader.progress_of(2).match_index == 2);
  CHECK(leader->commit_index() == 2);
}

TEST_CASE("after a rejection the leader goes back and sends from there (5.3)") {
  subject member{{.log = {1, 1, 1, 1}, .term = 1}};
  const auto first = the_sent<append_request>(2, member.elect());
  REQUIRE(first.prev_log_index == 4);
  const auto out = member.give(2, rejection(first, 0, 2));
  const auto again = the_sent<append_request>(2, out);
  CHECK(again.prev_log_index == 1);
  CHECK(again.prev_log_term == 1);
}

TEST_CASE("a leader that has entries of the conflicting term goes on behind its last one (5.3)") {
  subject member{{.log = {1, 1, 4, 4, 4, 6, 6}, .term = 7}};
  const auto first = the_sent<append_request>(2, member.elect());
  REQUIRE(first.prev_log_index == 7);
  // The follower has 1 4 4 4 4 4 4: its term 4 begins at 2, the leader's ends at 5.
  const auto again = the_sent<append_request>(2, member.give(2, rejection(first, 4, 2)));
  CHECK(again.prev_log_index == 5);
  CHECK(again.prev_log_term == 4);
}

TEST_CASE("a leader without entries of the conflicting term skips all of them (5.3)") {
  subject member{{.log = {1, 1, 1, 1, 4, 6, 6}, .term = 7}};
  const auto first = the_sent<append_request>(2, member.elect());
  // The follower has 1 1 1 1 5 5 5.
  const auto again = the_sent<append_request>(2, member.give(2, rejection(first, 5, 5)));
  CHECK(again.prev_log_index <= 4);
}

TEST_CASE("a conflict hint that makes no sense takes the leader back by one at least (5.3)") {
  for (const index_t hint : {index_t{1}, index_t{7}, index_t{8}, ~index_t{0}})
    for (const term_t term : {term_t{0}, term_t{9}, ~term_t{0}}) {
      subject member{{.log = {1, 1, 1, 1, 4, 6, 6}, .term = 7}};
      const auto first = the_sent<append_request>(2, member.elect());
      const auto again = the_sent<append_request>(2, member.give(2, rejection(first, term, hint)));
      CHECK(again.prev_log_index < first.prev_log_index);
    }
}

TEST_CASE("an answer to an append of an older term says nothing about the log or the round (5.1)") {
  subject leader{{.log = {1, 1, 1}, .term = 1}};
  leader.elect();
  const auto before = leader.progress_of(2);
  const auto out = leader.give(2, append_response{2, 0, false, 0, 0, 0, 0});
  CHECK(out.rejected != nullptr);
  CHECK(out.send.empty());
  CHECK(leader.progress_of(2).next_index == before.next_index);
  CHECK(leader.progress_of(2).last_contact == before.last_contact);
}

TEST_CASE(
    "a link that changes during the probing does not begin with the first entry again (5.3)") {
  subject leader{{.log = {1, 1, 1, 1, 1}, .term = 1}};
  leader.elect();
  leader.give(link_down{id(2)});
  const auto again = the_sent<append_request>(2, leader.give(link_up{id(2)}));
  CHECK(again.prev_log_index == 5);
}

TEST_CASE("a rejection that was overtaken by later news is ignored (5.3)") {
  auto leader = leader_in_step();
  leader.give(proposals({"x", "y"}));
  leader.acknowledge(2, 4);
  const auto out = leader.give(2, append_response{2, 0, false, 0, 2, 0, 1});
  CHECK(leader.progress_of(2).match_index == 4);
  CHECK(leader.progress_of(2).next_index == 5);
  CHECK(sent_to<append_request>(2, out).empty());
}

TEST_CASE("a follower's log is brought in line whatever it looks like (5.3, figure 7)") {
  const terms leader_log = {1, 1, 1, 4, 4, 5, 5, 6, 6, 6};
  const terms follower_logs[] = {
      {1, 1, 1, 4, 4, 5, 5, 6, 6},          // (a)
      {1, 1, 1, 4},                         // (b)
      {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6},    // (c)
      {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7}, // (d)
      {1, 1, 1, 4, 4, 4, 4},                // (e)
      {1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3},    // (f)
      {},                                   // knows nothing at all
  };
  for (const auto& log : follower_logs) {
    INFO("a follower whose log ends in " << (log.empty() ? 0 : log.back()));
    subject leader{{.log = leader_log, .term = 7}};
    leader.elect();
    CHECK(catch_up(leader, log) <= 5);
  }
}

TEST_CASE("back-off takes a round trip for each term in conflict, not for each entry (5.3)") {
  terms long_log(500, 1);
  terms other_log(500, 1);
  for (int i = 0; i < 200; ++i) {
    long_log.push_back(i < 100 ? 2 : 4);
    other_log.push_back(i < 100 ? 3 : 5);
  }
  subject leader{{.log = long_log, .term = 6}};
  leader.elect();
  CHECK(catch_up(leader, other_log) <= 6);
}

TEST_CASE("what was lost on the way is sent again (5.3, retries)") {
  auto leader = leader_in_step();
  leader.give(proposals({"x"}));
  // n2 never gets it: its answer to the next heartbeat shows that.
  bool sent_again = false;
  for (int beat = 0; beat < 5 && !sent_again; ++beat) {
    auto out = leader.pass_to_deadline();
    leader.acknowledge(3, 3);
    for (std::vector<append_request> requests = sent_to<append_request>(2, out);
         !requests.empty();) {
      const auto request = requests.front();
      requests.clear();
      sent_again = sent_again || (request.prev_log_index == 2 && request.entries.size() == 1);
      if (request.prev_log_index > 2)
        requests = sent_to<append_request>(2, leader.give(2, rejection(request, 0, 3)));
    }
  }
  CHECK(sent_again);
}

TEST_CASE("a leader keeps a member that does not answer up to date with heartbeats only (5.3)") {
  auto leader = leader_in_step();
  for (int time = 0; time < 10; ++time) {
    leader.give(proposals({"x"}));
    leader.acknowledge(3, leader->log().last_index());
  }
  CHECK(leader->commit_index() == 12);
  CHECK(leader.progress_of(2).match_index == 2);
  const auto out = leader.pass_to_deadline();
  CHECK_FALSE(sent_to<append_request>(2, out).empty());
}

TEST_CASE("a proposal that no message could carry is refused, with all that came with it (5.3)") {
  setup what{.log = {1}, .term = 1};
  what.config.max_entry_bytes = 4;
  subject leader{what};
  leader.elect();
  const auto last = leader->log().last_index();
  const auto out = leader.give(proposals({"four", "five5"}));
  CHECK(out.proposal->refused == refusal::too_large);
  CHECK(out.send.empty());
  CHECK(leader->log().last_index() == last);
  CHECK_FALSE(leader.give(proposals({"four"})).proposal->refused);
}
