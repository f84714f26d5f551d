// What a follower does with AppendEntries (paper, 5.3; figure 2, "AppendEntries RPC").

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

using terms = std::vector<term_t>;

} // namespace

TEST_CASE("a follower accepts an append whose previous entry matches (5.3)") {
  struct row {
    terms log;
    index_t prev;
    term_t prev_term;
  };
  const row rows[] = {{{}, 0, 0}, {{1}, 0, 0}, {{1}, 1, 1}, {{1, 2}, 2, 2}, {{1, 1, 2}, 2, 1}};
  for (const auto& [log, prev, prev_term] : rows) {
    INFO("previous entry " << prev << " of term " << prev_term);
    subject member{{.log = log, .term = 3}};
    const auto answer = the_sent<append_response>(2, member.give(2, append(3, prev, prev_term)));
    CHECK(answer.success);
    CHECK(answer.term == 3);
    CHECK(answer.match_index == prev);
    CHECK(terms_of(member->log()) == log);
  }
}

TEST_CASE("a follower rejects an append whose previous entry does not match (5.3)") {
  struct row {
    terms log;
    index_t prev;
    term_t prev_term;
  };
  const row rows[] = {{{}, 1, 1}, {{1}, 2, 1}, {{1, 2}, 2, 1}, {{1, 2}, 2, 3}, {{1, 1, 2}, 9, 2}};
  for (const auto& [log, prev, prev_term] : rows) {
    INFO("previous entry " << prev << " of term " << prev_term);
    subject member{{.log = log, .term = 3}};
    const auto out = member.give(2, append(3, prev, prev_term, entries_of({3}), 9));
    const auto answer = the_sent<append_response>(2, out);
    CHECK_FALSE(answer.success);
    CHECK(answer.rejected_index == prev);
    CHECK(terms_of(member->log()) == log);
    CHECK(member->commit_index() == 0);
  }
}

TEST_CASE("a rejection of an index behind the log's end names where the log ends (end of 5.3)") {
  subject member{{.log = {1, 1, 2}, .term = 3}};
  const auto answer = the_sent<append_response>(2, member.give(2, append(3, 7, 3)));
  CHECK_FALSE(answer.success);
  CHECK(answer.rejected_index == 7);
  CHECK(answer.conflict_term == 0);
  CHECK(answer.conflict_index == 4);
}

TEST_CASE("a rejection names the conflicting term and its first index (end of 5.3)") {
  subject member{{.log = {1, 2, 2, 2, 3}, .term = 5}};
  const auto answer = the_sent<append_response>(2, member.give(2, append(5, 4, 4)));
  CHECK_FALSE(answer.success);
  CHECK(answer.rejected_index == 4);
  CHECK(answer.conflict_term == 2);
  CHECK(answer.conflict_index == 2);
}

TEST_CASE("a follower appends the new entries, and answers with the last one (5.3)") {
  subject member{{.log = {1, 1}, .term = 1}};
  const auto out = member.give(2, append(2, 2, 1, {command(2, "x"), command(2, "y")}));
  CHECK(terms_of(member->log()) == terms{1, 1, 2, 2});
  CHECK(member->log().at(4) == command(2, "y"));
  CHECK(the_sent<append_response>(2, out).match_index == 4);
  CHECK(terms_of(member.disk().durable().entries) == terms{1, 1, 2, 2});
}

TEST_CASE("an entry that conflicts with a new one is deleted, and all that follow it (5.3)") {
  subject member{{.log = {1, 1, 2, 2, 2}, .term = 3}};
  const auto out = member.give(2, append(4, 2, 1, entries_of({4})));
  CHECK(terms_of(member->log()) == terms{1, 1, 4});
  CHECK(terms_of(member.disk().durable().entries) == terms{1, 1, 4});
  CHECK(the_sent<append_response>(2, out).match_index == 3);
}

TEST_CASE("a conflict in the middle of new entries deletes from there on (5.3)") {
  subject member{{.log = {1, 1, 2, 2, 2}, .term = 3}};
  const auto out = member.step(2, append(4, 1, 1, entries_of({1, 2, 3})));
  REQUIRE(out.persist);
  CHECK(out.persist->truncate_from == index_t{4});
  CHECK(out.persist->first_index == 4);
  CHECK(terms_of(out.persist->entries) == terms{3});
  member.sync();
  CHECK(terms_of(member->log()) == terms{1, 1, 2, 3});
}

TEST_CASE("entries that are there already are not deleted by an older, shorter append (5.3)") {
  subject member{{.log = {1, 1, 2, 2}, .term = 2}};
  const auto out = member.give(2, append(2, 1, 1, entries_of({1})));
  CHECK(terms_of(member->log()) == terms{1, 1, 2, 2});
  CHECK_FALSE(out.persist);
  const auto answer = the_sent<append_response>(2, out);
  CHECK(answer.success);
  // What lies behind the append is not known to be equal to the leader's.
  CHECK(answer.match_index == 2);
}

TEST_CASE("an append that is delivered twice has no second effect (5.3, 5.5)") {
  subject member{{.log = {1}, .term = 2}};
  const auto request = append(2, 1, 1, entries_of({2, 2}), 2);
  const auto first = member.give(2, request);
  const auto second = member.give(2, request);
  CHECK(terms_of(member->log()) == terms{1, 2, 2});
  CHECK(first.committed.entries.size() == 2);
  CHECK(second.committed.entries.empty());
  CHECK_FALSE(second.persist);
  CHECK(the_sent<append_response>(2, first) == the_sent<append_response>(2, second));
}

TEST_CASE("appends that arrive out of order end in the same log (5.3)") {
  subject member{{.log = {1}, .term = 2}};
  const auto early = member.give(2, append(2, 2, 2, entries_of({2, 2})));
  CHECK_FALSE(the_sent<append_response>(2, early).success);
  member.give(2, append(2, 1, 1, entries_of({2})));
  const auto late = member.give(2, append(2, 2, 2, entries_of({2, 2})));
  CHECK(the_sent<append_response>(2, late).match_index == 4);
  CHECK(terms_of(member->log()) == terms{1, 2, 2, 2});
}

TEST_CASE("a follower commits up to the leader's commit index (5.3)") {
  subject member{{.log = {1, 1, 1}, .term = 1}};
  const auto out = member.give(2, append(1, 3, 1, {}, 2));
  CHECK(member->commit_index() == 2);
  CHECK(out.committed.first_index == 1);
  CHECK(terms_of(out.committed.entries) == terms{1, 1});
}

TEST_CASE("a follower never commits behind the last entry that the append speaks of (5.3)") {
  // The entries 3 and 4 may be of a leader that has lost them; the append only proves 2.
  subject member{{.log = {1, 1, 2, 2}, .term = 3}};
  const auto out = member.give(2, append(3, 2, 1, {}, 4));
  CHECK(member->commit_index() == 2);
  CHECK(out.committed.entries.size() == 2);
}

TEST_CASE("a commit index never goes back (5.3)") {
  subject member{{.log = {1, 1, 1}, .term = 1}};
  member.give(2, append(1, 3, 1, {}, 3));
  member.give(2, append(1, 3, 1, {}, 1));
  member.give(2, append(1, 0, 0, {}, 3));
  CHECK(member->commit_index() == 3);
}

TEST_CASE("committed entries are given out once, in log order and without gaps (5.3)") {
  subject member{{.log = {}, .term = 1}};
  index_t next = 1;
  for (index_t last = 1; last <= 20; ++last) {
    auto out =
        member.give(2, append(1, last - 1, last == 1 ? 0 : 1, entries_of({1}), last - last % 3));
    if (out.committed.entries.empty())
      continue;
    CHECK(out.committed.first_index == next);
    next += out.committed.entries.size();
    CHECK(member->delivered_index() == next - 1);
  }
  CHECK(next == 19);
}

TEST_CASE("an append that would rewrite a committed entry is dropped as impossible (5.4.3)") {
  subject member{{.log = {1, 1, 1}, .term = 1}};
  member.give(2, append(1, 3, 1, {}, 3));
  const auto out = member.give(3, append(2, 1, 1, entries_of({2, 2})));
  CHECK(terms_of(member->log()) == terms{1, 1, 1});
  CHECK(out.rejected != nullptr);
}

TEST_CASE("an append whose entries cannot be of one log is dropped as malformed (5.3)") {
  subject member{{.log = {1, 3}, .term = 3}};
  const append_request wrong[] = {
      append(3, 2, 3, entries_of({4})),    // an entry from a later term than the leader's
      append(3, 2, 3, entries_of({2})),    // terms that go back
      append(3, 2, 3, entries_of({3, 1})), // the same, inside
      append(3, 2, 4, entries_of({3})),    // a previous entry from a later term
      append(3, 0, 1, {}),                 // there is no term before the log
      append(3, 3, 0, {}),                 // no entry has term 0
      append(3, 2, 3, entries_of({0})),
      append(3, 0, 0, entries_of({0, 1})),
      append(3, ~index_t{0}, 3, entries_of({3})), // an index that overflows
      append(0, 0, 0, {}),                        // no leader has term 0
  };
  for (const auto& request : wrong) {
    INFO(to_string(message{0, request}));
    const auto out = member.give(2, request);
    CHECK(terms_of(member->log()) == terms{1, 3});
    CHECK(member->term() == 3);
    for (const auto& answer : all_sent<append_response>(out))
      CHECK_FALSE(answer.body.success);
  }
}

TEST_CASE("an append that names another leader than the one of this term is dropped (5.2)") {
  subject member{{.log = {1}, .term = 1}};
  member.give(2, append(1, 1, 1));
  const auto out = member.give(3, append(1, 1, 1, entries_of({1})));
  CHECK(out.rejected != nullptr);
  CHECK(member->leader() == id(2));
  CHECK(terms_of(member->log()) == terms{1});
}

TEST_CASE("messages of strangers and of another life of a member are dropped (consensus.md, 4)") {
  subject member{{.log = {1}, .term = 1}};
  const auto stranger = member_id{"n9", incarnation_id{0, 9}};
  const auto other_life = member_id{"n2", incarnation_id{7, 2}};
  for (const auto& from : {stranger, other_life, id(1)})
    for (const auto& body :
         std::vector<message_body>{append(5, 1, 1, entries_of({5})), timeout_now{5},
                                   append_response{5, 0, true, 1, 0, 0, 0}}) {
      const auto out = member.give(receive{from, {0, body}});
      CHECK(out.rejected != nullptr);
      CHECK(out.send.empty());
      CHECK(member->term() == 1);
    }
}

TEST_CASE("messages of another group are dropped (architecture, frames carry a group id)") {
  subject member{{.log = {1}, .term = 1}};
  const auto out = member.give(receive{id(2), {7, append(5, 1, 1, entries_of({5}))}});
  CHECK(out.rejected != nullptr);
  CHECK(member->term() == 1);
  CHECK(out.send.empty());
}
