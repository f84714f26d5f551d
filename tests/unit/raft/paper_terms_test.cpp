// Terms (paper, 5.1; figure 2, "rules for servers" and "persistent state").

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

/// n1 of three, in term 2, in each of the three roles.
subject in_role(role wanted) {
  subject result{{.log = {1}, .term = wanted == role::follower ? term_t{2} : term_t{1}}};
  if (wanted == role::candidate)
    result.campaign();
  if (wanted == role::leader)
    result.elect();
  REQUIRE(result->role() == wanted);
  REQUIRE(result->term() == 2);
  return result;
}

/// One message of every kind that carries its sender's term.
std::vector<message_body> of_term(term_t term) {
  return {vote_request{term, 9, term - 1, false, true}, vote_response{term, term, false, false},
          vote_response{term, 2, true, false},          append(term, 0, 0),
          append_response{term, 0, false, 0, 0, 0, 0},  timeout_now{term}};
}

constexpr role all_roles[] = {role::follower, role::candidate, role::leader};

} // namespace

TEST_CASE("a message of a newer term makes a member of any role adopt that term (5.1)") {
  for (auto wanted : all_roles)
    for (const auto& body : of_term(7)) {
      auto member = in_role(wanted);
      INFO("role " << to_string(wanted) << ", message " << to_string(message{0, body}));
      member.give(2, body);
      CHECK(member->term() == 7);
    }
}

TEST_CASE("a candidate or leader that finds its term out of date becomes a follower (5.1)") {
  for (auto wanted : {role::candidate, role::leader})
    for (const auto& body : of_term(7)) {
      auto member = in_role(wanted);
      INFO("role " << to_string(wanted) << ", message " << to_string(message{0, body}));
      const auto out = member.give(2, body);
      CHECK(member->role() == role::follower);
      CHECK(out.role == role::follower);
    }
}

TEST_CASE("a newer term that a message brought is written down before anything is promised (5.1)") {
  subject member{{.log = {1}, .term = 2}};
  const auto out = member.step(2, append(5, 1, 1));
  REQUIRE(out.persist);
  REQUIRE(out.persist->state);
  CHECK(out.persist->state->term == 5);
  CHECK_FALSE(out.persist->state->vote);
  CHECK(all_sent<append_response>(out).empty());
  CHECK(the_sent<append_response>(2, member.sync()).success);
}

TEST_CASE("a vote of an older term is forgotten when the term moves on (5.1)") {
  subject member{{.log = {1}, .term = 2, .vote = 3}};
  REQUIRE(member->hard().vote == id(3));
  member.give(2, append_response{4, 0, false, 0, 0, 0, 0});
  CHECK(member->term() == 4);
  CHECK_FALSE(member->hard().vote);
}

TEST_CASE("a vote request of an older term is refused with the current term (5.1)") {
  for (auto wanted : all_roles) {
    auto member = in_role(wanted);
    const auto answer = the_sent<vote_response>(3, member.give(3, ask(1, 0, 0)));
    CHECK_FALSE(answer.granted);
    CHECK(answer.term == 2);
    CHECK(answer.request_term == 1);
    CHECK(member->role() == wanted);
  }
}

TEST_CASE("an append of an older term is refused with the current term and changes nothing (5.1)") {
  for (auto wanted : all_roles) {
    auto member = in_role(wanted);
    const auto before = terms_of(member->log());
    const auto answer =
        the_sent<append_response>(3, member.give(3, append(1, 1, 1, entries_of({1}), 1)));
    CHECK_FALSE(answer.success);
    CHECK(answer.term == 2);
    CHECK(terms_of(member->log()) == before);
    CHECK(member->role() == wanted);
    CHECK(member->commit_index() == 0);
  }
}

TEST_CASE("answers and orders of an older term are ignored (5.1)") {
  for (auto wanted : all_roles)
    for (const auto& body :
         std::vector<message_body>{vote_response{1, 1, false, true},
                                   append_response{1, 0, true, 2, 0, 0, 0}, timeout_now{1}}) {
      auto member = in_role(wanted);
      INFO("role " << to_string(wanted) << ", message " << to_string(message{0, body}));
      const auto out = member.give(3, body);
      CHECK(member->role() == wanted);
      CHECK(member->term() == 2);
      CHECK(member->commit_index() == 0);
      CHECK_FALSE(out.persist);
    }
}

TEST_CASE("a term never goes back, whatever arrives (5.1)") {
  subject member{{.log = {1}, .term = 1}};
  term_t seen = 1;
  for (term_t term : {3u, 2u, 5u, 1u, 4u, 9u, 0u})
    for (const auto& body : of_term(term)) {
      member.give(2, body);
      CHECK(member->term() >= seen);
      seen = member->term();
    }
  CHECK(seen >= 9);
}

TEST_CASE("term, vote and log survive a restart (figure 2, persistent state)") {
  subject member{{.log = {1, 1}, .term = 1}};
  member.give(2, append(2, 2, 1, entries_of({2, 2})));
  member.wait(10s);
  CHECK(the_sent<vote_response>(3, member.give(3, ask(6, 9, 5))).granted);
  member.restart();
  CHECK(member->term() == 6);
  CHECK(member->hard().vote == id(3));
  CHECK(terms_of(member->log()) == std::vector<term_t>{1, 1, 2, 2});
  CHECK(member->durable_index() == 4);
}

TEST_CASE("commit index and role do not survive a restart (figure 2, volatile state)") {
  subject member{{.log = {1}, .term = 1}};
  member.elect();
  member.acknowledge_all(3);
  REQUIRE(member->commit_index() == 2);
  member.restart();
  CHECK(member->role() == role::follower);
  CHECK(member->commit_index() == 0);
  CHECK(member->delivered_index() == 0);
  CHECK_FALSE(member->leader());
}

TEST_CASE("a member that has voted does not vote for another one after a restart (5.2, figure 2)") {
  subject member{{.log = {1}, .term = 1}};
  CHECK(the_sent<vote_response>(2, member.give(2, ask(2, 1, 1))).granted);
  member.restart();
  CHECK_FALSE(the_sent<vote_response>(3, member.give(3, ask(2, 9, 1))).granted);
  CHECK(the_sent<vote_response>(2, member.give(2, ask(2, 1, 1))).granted);
}
