// Who waits outside of the log, and who is let go.

#include "hamok/collections/queue_state.hpp"
#include "hamok/collections/waiting_room.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/queue_harness.hpp"

#include <chrono>

namespace hamok::state_test {

namespace {

using std::chrono::seconds;
using tickets = std::vector<std::uint64_t>;

/// A room in front of a queue.
struct room_fixture {
  waiting_room room{8, 100};
  queue_fixture queue;
  raft::timestamp now = seconds{100};

  errc enter(std::uint64_t ticket, raft::duration wait = seconds{10}) {
    return room.enter({ticket, queue_command::pop(), now + wait, seconds{5}});
  }

  tickets leaving() {
    tickets result;
    while (const auto who = room.leave(queue.queue))
      result.push_back(who->ticket);
    return result;
  }

  bool back(std::uint64_t ticket, const std::string& item = {}, errc failure = errc::none) {
    return room.returned({ticket, failure, b(item)}, now);
  }

  tickets expired() {
    proposer_output out;
    room.expire(now, out);
    tickets result;
    for (const auto& answer : out.answers) {
      CHECK(answer.failure == errc::none);
      CHECK(answer.result.empty());
      result.push_back(answer.ticket);
    }
    return result;
  }
};

} // namespace

TEST_CASE("those who wait are let go in the order of arrival, and no more than there are items") {
  room_fixture f;
  for (const std::uint64_t ticket : {7, 3, 5, 1})
    CHECK(f.enter(ticket) == errc::none);
  CHECK(f.leaving().empty());
  f.queue.push_all({"a", "b"});
  CHECK(f.leaving() == tickets{7, 3});
  CHECK(f.leaving().empty());
  f.queue.push("c");
  CHECK(f.leaving() == tickets{5});
  CHECK(f.room.waiting() == 1);
  f.queue.pop();
  CHECK_FALSE(f.back(7, "\x01"
                        "a"));
  CHECK(f.leaving().empty()); // two items, and two on their way
  CHECK_FALSE(f.back(3, "", errc::outcome_unknown));
  CHECK(f.leaving() == tickets{1});
}

TEST_CASE("who has found nothing waits again at the old place") {
  room_fixture f;
  for (const std::uint64_t ticket : {1, 2, 3})
    f.enter(ticket);
  f.queue.push("a");
  CHECK(f.leaving() == tickets{1});
  f.queue.pop(); // another member was faster
  CHECK(f.back(1));
  CHECK(f.room.waiting() == 3);
  f.queue.push_all({"b", "c"});
  CHECK(f.leaving() == tickets{1, 2});
}

TEST_CASE("a wait ends at its deadline with nothing, unless its operation is on the way") {
  room_fixture f;
  f.enter(1, seconds{10});
  f.enter(2, seconds{5});
  f.enter(3, seconds{10});
  CHECK(f.room.deadline() == f.now + seconds{5});
  f.queue.push("a");
  CHECK(f.leaving() == tickets{1});
  f.now += seconds{5};
  CHECK(f.expired() == tickets{2});
  f.now += seconds{5};
  CHECK(f.expired() == tickets{3});
  CHECK(f.room.deadline() == never);
  CHECK_FALSE(f.room.empty());
  CHECK_FALSE(f.back(1)); // nothing was there, and the time is over: that is the answer
  CHECK(f.room.empty());
}

TEST_CASE("a room is bounded in number and in bytes, with those who are on the way") {
  room_fixture f;
  for (std::uint64_t ticket = 1; ticket <= 8; ++ticket)
    CHECK(f.enter(ticket) == errc::none);
  CHECK(f.enter(9) == errc::overloaded);
  f.queue.push("a");
  CHECK(f.leaving() == tickets{1});
  CHECK(f.enter(9) == errc::overloaded);
  CHECK_FALSE(f.back(1, "item"));
  CHECK(f.enter(9) == errc::none);
  waiting_room small{8, 10};
  CHECK(small.enter({1, b("12345678"), seconds{1}, {}}) == errc::none);
  CHECK(small.enter({2, b("123"), seconds{1}, {}}) == errc::overloaded);
  CHECK(small.enter({2, b("12"), seconds{1}, {}}) == errc::none);
}

TEST_CASE("a room is closed for those who wait, not for those who are on the way") {
  room_fixture f;
  for (const std::uint64_t ticket : {1, 2, 3})
    f.enter(ticket);
  f.queue.push("a");
  CHECK(f.leaving() == tickets{1});
  proposer_output out;
  f.room.sweep([](std::uint64_t ticket) { return ticket == 3; }, out);
  REQUIRE(out.answers.size() == 1);
  CHECK(out.answers[0].ticket == 3);
  f.room.dismiss(errc::closed, out);
  REQUIRE(out.answers.size() == 2);
  CHECK(out.answers[1].ticket == 2);
  CHECK(out.answers[1].failure == errc::closed);
  CHECK(f.room.waiting() == 0);
  CHECK_FALSE(f.room.empty());
  CHECK_FALSE(f.back(1, "item"));
  CHECK(f.room.empty());
}

} // namespace hamok::state_test
