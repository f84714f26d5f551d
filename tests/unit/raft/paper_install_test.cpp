// Snapshots as their receiver sees them (paper, 7 and figure 13; thesis, 5.2).

#include "hamok/raft/codec.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/snapshots.hpp"

#include <optional>

using namespace hamok;
using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

/// A member that does not know who takes part.
subject joiner() {
  setup what;
  what.members = configuration{};
  subject result{what};
  result.step(link_up{id(2)});
  return result;
}

/// A follower with this log, of which nothing is known to be committed.
subject follower_with(std::vector<term_t> log) {
  setup what;
  what.log = std::move(log);
  return subject{what};
}

configuration four() {
  return {ids(1, 4), {}, {}};
}

} // namespace

TEST_CASE(
    "figure 13, 1: a request of an older term is answered with the own one, and changes nothing") {
  setup what;
  what.term = 5;
  subject follower{what};
  const auto out = follower.give(2, sample_of(9, 3).whole(4));
  // As to an append: an answer about the snapshot could be taken for one in a term to come.
  const auto answer = the_sent<append_response>(2, out);
  CHECK(answer.term == 5);
  CHECK_FALSE(answer.success);
  CHECK(answer.conflict_index == 0);
  CHECK_FALSE(out.chunk);
  CHECK_FALSE(follower->leader());
}

TEST_CASE("a request of a later term makes its sender the leader, as an append does (5.1)") {
  subject follower;
  const auto out = follower.give(2, sample_of(9, 3).chunk(4, 0, 5));
  CHECK(follower->term() == 4);
  CHECK(follower->leader() == id(2));
  CHECK(out.heartbeat);
  CHECK(out.leader_changed);
}

TEST_CASE("a second leader of one term is not heard about snapshots, either") {
  subject follower;
  follower.give(2, sample_of(9, 3).chunk(4, 0, 5));
  const auto out = follower.give(3, sample_of(9, 3).chunk(4, 5, 5));
  CHECK(out.rejected != nullptr);
  CHECK_FALSE(out.chunk);
}

TEST_CASE("a chunk counts as a sign of life of the leader (5.2)") {
  subject follower;
  follower.give(2, sample_of(9, 3).chunk(4, 0, 5, 1));
  const auto deadline = follower->deadline();
  follower.wait(follower->config().follower_max_idle / 2);
  const auto out = follower.give(2, sample_of(9, 3).chunk(4, 5, 0, 2)); // without data
  CHECK(out.heartbeat);
  CHECK(received(out) == 5);
  CHECK(follower->deadline() > deadline - follower->config().follower_max_idle);
  CHECK(follower->deadline() >= follower.now() + follower->config().follower_max_idle);
}

TEST_CASE("figure 13, 2 to 4: chunks are taken in order, and the last one begins the install") {
  subject follower;
  const auto snapshot = sample_of(9, 3);
  auto out = follower.give(2, snapshot.chunk(4, 0, 4));
  REQUIRE(out.chunk);
  CHECK(out.chunk->snapshot == snapshot.id());
  CHECK(out.chunk->offset == 0);
  CHECK(out.chunk->data.text() == "0123");
  CHECK(received(out) == 4);
  CHECK_FALSE(out.install);
  out = follower.give(2, snapshot.chunk(4, 4, 6));
  CHECK(out.chunk->offset == 4);
  CHECK(out.chunk->data.text() == "456789");
  CHECK(received(out) == 10);
  REQUIRE(out.install);
  CHECK(out.install->snapshot == snapshot.id());
  CHECK(out.install->meta == snapshot.meta);
  CHECK(follower->installing());
}

TEST_CASE(
    "a chunk that comes again, or too early, is not taken, and the answer says what is there") {
  subject follower;
  const auto snapshot = sample_of(9, 3);
  const auto early = follower.give(2, snapshot.chunk(4, 4, 4)); // the first one is lost
  CHECK(received(early) == 0);
  CHECK(the_sent<install_response>(2, early).gap);
  CHECK(received(follower.give(2, snapshot.chunk(4, 0, 4))) == 4);
  for (const auto offset : {0u, 8u}) {
    const auto out = follower.give(2, snapshot.chunk(4, offset, 2));
    CHECK_FALSE(out.chunk);
    CHECK(received(out) == 4);
    CHECK(the_sent<install_response>(2, out).gap == (offset == 8));
  }
  CHECK(received(follower.give(2, snapshot.chunk(4, 4, 4))) == 8);
}

TEST_CASE("a request without data only asks how far the receiver is") {
  subject follower;
  const auto snapshot = sample_of(9, 3);
  auto out = follower.give(2, snapshot.chunk(4, 0, 0));
  CHECK(received(out) == 0);
  CHECK_FALSE(out.chunk);
  follower.give(2, snapshot.chunk(4, 0, 4));
  out = follower.give(2, snapshot.chunk(4, 4, 0));
  CHECK(received(out) == 4);
  CHECK_FALSE(out.chunk);
  CHECK_FALSE(out.drop_chunks);
}

TEST_CASE("chunks of two snapshots are never put together") {
  subject follower;
  const auto one = sample_of(9, 3);
  const auto other = sample_of(10, 3, "abcdefghij");
  follower.give(2, one.chunk(4, 0, 4));
  auto out = follower.give(2, other.chunk(4, 4, 4));
  CHECK_FALSE(out.chunk);
  CHECK(received(out) == 0);
  out = follower.give(2, other.chunk(4, 0, 4)); // it begins anew
  REQUIRE(out.chunk);
  CHECK(out.chunk->offset == 0);
  CHECK(out.chunk->snapshot == other.id());
  CHECK(received(follower.give(2, one.chunk(4, 4, 4))) == 0);
  CHECK(received(follower.give(2, other.chunk(4, 4, 6))) == 10);
}

TEST_CASE("snapshots of one index are told apart by size and checksum") {
  subject follower;
  const auto one = sample_of(9, 3, "0123456789");
  const auto other = sample_of(9, 3, "0123 56789");
  follower.give(2, one.chunk(4, 0, 4));
  CHECK(received(follower.give(2, other.chunk(4, 4, 6))) == 0);
  CHECK_FALSE(follower->installing());
}

TEST_CASE("a transfer goes on under another leader that has the same snapshot") {
  subject follower;
  const auto snapshot = sample_of(9, 3);
  follower.give(2, snapshot.chunk(4, 0, 4));
  const auto out = follower.give(3, snapshot.chunk(5, 4, 6));
  CHECK(the_sent<install_response>(3, out).received == 10);
  CHECK(out.install);
}

TEST_CASE("requests that cannot be are dropped, and nothing is heard of them") {
  subject follower;
  const auto snapshot = sample_of(9, 3);
  auto request = snapshot.whole(4);
  const auto is_dropped = [&](const install_request& bad) {
    const auto out = follower.give(2, bad);
    return out.rejected != nullptr && out.send.empty() && follower->term() == 0;
  };
  ++request.checksum;
  CHECK(is_dropped(request));
  request = snapshot.whole(4);
  request.data = blob::from_string("0123456780"); // not what the checksum is of
  CHECK(is_dropped(request));
  request = snapshot.whole(4);
  request.snapshot.size = 9; // more data than there is
  CHECK(is_dropped(request));
  request = snapshot.chunk(4, 4, 4);
  request.offset = ~std::uint64_t{0}; // sums that are too large for a number
  CHECK(is_dropped(request));
  request = snapshot.whole(4);
  request.meta.reset(); // the beginning has to tell of what
  CHECK(is_dropped(request));
  request = snapshot.chunk(4, 4, 4);
  request.meta = snapshot.meta; // and nothing else has
  CHECK(is_dropped(request));
  request = snapshot.whole(4);
  ++request.meta->index;
  CHECK(is_dropped(request));
  request = snapshot.whole(4);
  request.meta->members.voters.clear();
  CHECK(is_dropped(request));
  request = snapshot.whole(4);
  request.meta->cluster_time = -1s;
  CHECK(is_dropped(request));
  CHECK(is_dropped(sample_of(0, 3).whole(4)));
  CHECK(is_dropped(sample_of(9, 0).whole(4)));
  CHECK(is_dropped(sample_of(9, 5).whole(4)));
  CHECK(is_dropped(sample_of(9, 3, "").whole(4)));
  CHECK(is_dropped(snapshot.whole(term_t{1} << 40)));
}

TEST_CASE("figure 13, 7 and 8: the log is replaced, and goes on behind the snapshot") {
  auto follower = follower_with({1, 1, 2});
  const auto snapshot = sample_of(9, 3);
  follower.give(2, snapshot.whole(4));
  const auto out = follower.give(installed{9, true});
  CHECK(follower->log().base() == snapshot.meta);
  CHECK(follower->log().last_index() == 9);
  CHECK(follower->commit_index() == 9);
  CHECK(follower->delivered_index() == 9);
  CHECK(follower->durable_index() == 9);
  CHECK(out.committed.entries.empty());
  CHECK(out.drop_chunks);
  CHECK(the_sent<append_response>(2, out).match_index == 9);
  const auto next = follower.give(2, append(4, 9, 3, {command(4, "x")}, 10));
  CHECK(next.committed.first_index == 10);
  CHECK(the_sent<append_response>(2, next).match_index == 10);
}

TEST_CASE("the log is replaced in one write, and nothing is acknowledged before that is durable") {
  auto follower = follower_with({1, 1, 2});
  follower.give(2, sample_of(9, 3).whole(4));
  const auto out = follower.step(installed{9, true});
  REQUIRE(out.persist);
  CHECK(out.persist->base == sample_of(9, 3).meta);
  CHECK(out.persist->replaces);
  CHECK(out.persist->entries.empty());
  CHECK(all_sent<append_response>(out).empty());
  CHECK(follower->durable_index() == 0);
  // Asked meanwhile, it says how much is durable: nothing.
  const auto asked = follower.step(2, sample_of(9, 3).chunk(4, 10, 0));
  CHECK(the_sent<append_response>(2, asked).match_index == 0);
  CHECK(the_sent<append_response>(2, follower.sync()).match_index == 9);
}

TEST_CASE("a late confirmation of the old log does not count for the new one") {
  auto follower = follower_with({1, 1, 2});
  follower.step(2, append(4, 3, 2, entries_of({4, 4, 4, 4, 4, 4, 4, 4})));
  follower.step(2, sample_of(20, 4).whole(4));
  follower.step(installed{20, true});
  const auto out = follower.step(persisted{1}); // the term
  CHECK(follower->durable_index() == 0);
  follower.step(persisted{2});
  CHECK(follower->durable_index() == 20);
}

TEST_CASE("after a crash before that write the old log is there, and after it the new one") {
  auto follower = follower_with({1, 1, 2});
  follower.give(2, sample_of(9, 3).whole(4));
  follower.step(installed{9, true});
  follower.restart();
  CHECK(terms_of(follower->log()) == std::vector<term_t>{1, 1, 2});
  CHECK(received(follower.give(2, sample_of(9, 3).chunk(4, 10, 0))) == 0);
  follower.give(2, sample_of(9, 3).whole(4));
  follower.give(installed{9, true});
  follower.restart();
  CHECK(follower->log().base().index == 9);
  CHECK(follower->commit_index() == 9);
}

TEST_CASE("the members of the snapshot are in force, even if a later index had others") {
  auto follower = follower_with({1});
  entry change{1, entry_kind::configuration, 0s, to_blob(four())};
  follower.give(2, append(1, 1, 1, {command(1, "x"), command(1, "y"), change}));
  REQUIRE(follower->members() == four());
  REQUIRE(follower->members_index() == 4);
  const auto snapshot = sample_of(3, 2);
  follower.give(3, snapshot.whole(2));
  const auto out = follower.give(installed{3, true});
  CHECK(follower->members() == snapshot.meta.members);
  CHECK(follower->members_index() == 3);
  CHECK(out.members_changed);
  CHECK(follower->log().last_index() == 3);
}

TEST_CASE("figure 13, 6: what is in the log already is kept, and what follows it as well") {
  auto follower = follower_with({1, 1, 3, 3});
  const auto out = follower.give(2, sample_of(3, 3).whole(4));
  CHECK_FALSE(out.chunk);
  CHECK_FALSE(out.install);
  CHECK(follower->log().last_index() == 4);
  CHECK(follower->commit_index() == 3);
  CHECK(the_sent<append_response>(2, out).match_index == 3);
}

TEST_CASE("a snapshot of what is committed here brings nothing new") {
  subject follower;
  follower.give(2, append(4, 0, 0, entries_of({1, 1, 3, 3}), 4));
  const auto out = follower.give(2, sample_of(2, 1).whole(4));
  CHECK_FALSE(out.chunk);
  CHECK(the_sent<append_response>(2, out).match_index == 2);
  CHECK(follower->log().last_index() == 4);
}

TEST_CASE("a snapshot that appends have overtaken is dropped") {
  subject follower;
  follower.give(2, sample_of(3, 3).chunk(4, 0, 4));
  CHECK_FALSE(follower.give(2, append(4, 0, 0, entries_of({1, 1}), 2)).drop_chunks);
  const auto out = follower.give(2, append(4, 2, 1, entries_of({3}), 3));
  CHECK(out.drop_chunks);
  CHECK_FALSE(follower.give(2, append(4, 3, 3, {}, 3)).drop_chunks);
}

TEST_CASE("while a snapshot is installed, nothing is given out as committed") {
  auto follower = follower_with({1, 1});
  follower.give(2, append(4, 2, 1, {}, 1));
  follower.give(2, sample_of(3, 3).whole(4));
  auto out = follower.give(2, append(4, 2, 1, entries_of({3, 3}), 4));
  CHECK(follower->commit_index() == 4);
  CHECK(out.committed.entries.empty());
  CHECK(the_sent<append_response>(2, out).match_index == 4);
  out = follower.give(installed{3, true});
  // The log has got there by itself and is kept.
  CHECK(follower->log().last_index() == 4);
  CHECK(out.committed.first_index == 4);
  CHECK(out.committed.entries.size() == 1);
}

TEST_CASE("while a snapshot is installed, there is nothing more to send") {
  subject follower;
  const auto snapshot = sample_of(9, 3);
  follower.give(2, snapshot.whole(4));
  CHECK(received(follower.give(2, snapshot.chunk(4, 10, 0))) == 10);
  auto out = follower.give(2, snapshot.whole(4));
  CHECK_FALSE(out.chunk);
  CHECK(received(out) == 10);
  const auto other = sample_of(12, 4, "abcdefghijkl");
  out = follower.give(2, other.chunk(4, 0, 6));
  CHECK_FALSE(out.chunk);
  CHECK(received(out) == 12);
}

TEST_CASE("a snapshot that could not be installed is sent again") {
  auto follower = follower_with({1, 1});
  const auto snapshot = sample_of(9, 3);
  follower.give(2, snapshot.whole(4));
  auto out = follower.give(installed{9, false});
  CHECK(out.drop_chunks);
  CHECK(out.send.empty());
  CHECK(follower->log().last_index() == 2);
  CHECK(received(follower.give(2, snapshot.chunk(4, 10, 0))) == 0);
  out = follower.give(2, snapshot.whole(4));
  CHECK(out.install);
}

TEST_CASE("an answer about an install that nobody waits for changes nothing") {
  auto follower = follower_with({1, 1});
  CHECK_FALSE(follower.give(installed{9, true}).persist);
  follower.give(2, sample_of(9, 3).whole(4));
  CHECK_FALSE(follower.give(installed{8, true}).persist);
  CHECK(follower->installing());
}

TEST_CASE("votes are given by the old log until the new one is there") {
  auto follower = follower_with({1, 1});
  follower.give(2, sample_of(9, 3).whole(4));
  auto vote_ask = ask(5, 2, 1);
  vote_ask.transfer = true; // or it would stick to its leader
  CHECK(the_sent<vote_response>(3, follower.give(3, vote_ask)).granted);
  follower.give(installed{9, true});
  vote_ask.term = 6;
  CHECK_FALSE(the_sent<vote_response>(3, follower.give(3, vote_ask)).granted);
  vote_ask = ask(7, 9, 3);
  vote_ask.transfer = true;
  CHECK(the_sent<vote_response>(3, follower.give(3, vote_ask)).granted);
}

TEST_CASE("a candidate whose log is replaced is a candidate no more") {
  auto follower = follower_with({1, 1});
  follower.give(2, sample_of(9, 3).whole(4));
  follower.time_out();
  REQUIRE(follower->role() == role::candidate);
  follower.give(installed{9, true});
  CHECK(follower->role() == role::follower);
  CHECK(follower->deadline() < timestamp::max());
}

TEST_CASE("a member without a configuration takes nothing but a snapshot") {
  auto member = joiner();
  const auto out = member.give(2, append(4, 0, 0, entries_of({1, 1}), 2));
  const auto answer = the_sent<append_response>(2, out);
  CHECK_FALSE(answer.success);
  CHECK(answer.wants_snapshot);
  CHECK(answer.conflict_index == 1);
  CHECK(member->log().last_index() == 0);
  CHECK(member->deadline() == timestamp::max());
}

TEST_CASE(
    "a member without a configuration is installed whatever its log says, and takes part then") {
  auto member = joiner();
  const auto snapshot = sample_of(9, 3);
  member.give(2, snapshot.whole(4));
  const auto out = member.give(installed{9, true});
  CHECK(member->members() == snapshot.meta.members);
  CHECK(member->standing() == standing::voter);
  CHECK(the_sent<append_response>(2, out).match_index == 9);
  CHECK(member->deadline() < timestamp::max());
}

TEST_CASE(
    "who has told nothing of itself but a link is heard by a member without a configuration") {
  setup what;
  what.members = configuration{};
  subject member{what};
  CHECK(member.give(2, sample_of(9, 3).whole(4)).rejected != nullptr);
  member.give(link_up{id(2)});
  CHECK(member.give(2, sample_of(9, 3).whole(4)).rejected == nullptr);
}
