#include "hamok/collections/emitter_flights.hpp"
#include "hamok/collections/seen_requests.hpp"
#include "hamok/tests/catch.hpp"

#include <chrono>

namespace hamok {

namespace {

using std::chrono::seconds;

const raft::member_id a{"a", {0, 1}};
const raft::member_id b{"b", {0, 1}};
const raft::member_id earlier_b{"b", {0, 0}};

using failures = std::vector<std::pair<std::string, errc>>;
using names = std::vector<std::string>;

} // namespace

TEST_CASE("an event is finished when all members have answered") {
  emitter_flights flights;
  const auto flight = *flights.begin(7, seconds{1});
  CHECK(flights.expect(flight, a, 10));
  CHECK(flights.expect(flight, b, 10));
  CHECK_FALSE(flights.launched(flight));
  CHECK_FALSE(flights.answered(flight, b, errc::not_handled));
  CHECK_FALSE(flights.answered(flight, b, errc::none)); // once only
  const auto done = flights.answered(flight, a, errc::none);
  REQUIRE(done);
  CHECK(done->caller == 7);
  CHECK(done->result.handled == names{"a"});
  CHECK(done->result.failed == failures{{"b", errc::not_handled}});
  CHECK_FALSE(flights.answered(flight, a, errc::none));
  CHECK_FALSE(flights.deadline());
}

TEST_CASE("an event without members is finished when it is launched") {
  emitter_flights flights;
  const auto flight = *flights.begin(std::nullopt, seconds{1});
  flights.fail(flight, a, errc::connection_lost);
  const auto done = flights.launched(flight);
  REQUIRE(done);
  CHECK_FALSE(done->caller);
  CHECK(done->result.failed == failures{{"a", errc::connection_lost}});
}

TEST_CASE("answers may come before it is known whose are missing") {
  emitter_flights flights;
  const auto flight = *flights.begin(1, seconds{1});
  CHECK_FALSE(flights.answered(flight, a, errc::none));
  CHECK_FALSE(flights.answered(flight, b, errc::none));
  CHECK(flights.expect(flight, a, 0));
  flights.fail(flight, b, errc::connection_lost); // it has answered before the link was lost
  const auto done = flights.launched(flight);
  REQUIRE(done);
  CHECK(done->result.handled == names{"a", "b"});
  CHECK(done->result.failed.empty());
}

TEST_CASE("a member that is lost answers all that were sent to it") {
  emitter_flights flights;
  const auto first = *flights.begin(1, seconds{9});
  const auto second = *flights.begin(2, seconds{9});
  const auto third = *flights.begin(3, seconds{9});
  for (const auto flight : {first, second})
    CHECK(flights.expect(flight, a, 1));
  for (const auto flight : {second, third})
    CHECK(flights.expect(flight, b, 1));
  for (const auto flight : {first, second, third})
    CHECK_FALSE(flights.launched(flight));
  CHECK(flights.lost(earlier_b).empty());
  const auto done = flights.lost(a);
  REQUIRE(done.size() == 1);
  CHECK(done[0].caller == 1);
  CHECK(done[0].result.failed == failures{{"a", errc::connection_lost}});
  CHECK(flights.clear() == std::vector<std::uint64_t>{2, 3});
}

TEST_CASE("whoever is late is reported at the deadline, and nobody else") {
  emitter_flights flights;
  const auto late = *flights.begin(1, seconds{2});
  const auto later = *flights.begin(2, seconds{3});
  for (const auto flight : {late, later}) {
    CHECK(flights.expect(flight, a, 1));
    CHECK(flights.expect(flight, b, 1));
  }
  CHECK_FALSE(flights.deadline()); // not before all is known
  CHECK_FALSE(flights.launched(late));
  CHECK_FALSE(flights.launched(later));
  CHECK_FALSE(flights.answered(late, a, errc::none));
  CHECK(flights.deadline() == raft::timestamp{seconds{2}});
  CHECK(flights.expire(seconds{1}).empty());
  const auto done = flights.expire(seconds{2});
  REQUIRE(done.size() == 1);
  CHECK(done[0].result.handled == names{"a"});
  CHECK(done[0].result.failed == failures{{"b", errc::outcome_unknown}});
  CHECK(flights.deadline() == raft::timestamp{seconds{3}});
}

TEST_CASE("two lives of a member are one in the result, and handled counts") {
  emitter_flights flights;
  const auto flight = *flights.begin(1, seconds{1});
  flights.fail(flight, earlier_b, errc::connection_lost);
  CHECK(flights.expect(flight, b, 1));
  CHECK_FALSE(flights.launched(flight));
  const auto done = flights.answered(flight, b, errc::none);
  REQUIRE(done);
  CHECK(done->result.handled == names{"b"});
  CHECK(done->result.failed.empty());
}

TEST_CASE("what is on its way to one member is bounded by number and by bytes") {
  emitter_flights flights;
  const auto launch = [&](const raft::member_id& to, std::size_t bytes) {
    const auto flight = *flights.begin(1, seconds{1});
    const auto sent = flights.expect(flight, to, bytes);
    const auto done = flights.launched(flight);
    CHECK(done.has_value() != sent);
    if (done)
      CHECK(done->result.failed == failures{{to.peer, errc::overloaded}});
    return sent ? flight : 0;
  };
  const auto large = launch(a, emitter_flights::max_bytes_per_member + 1); // the only one
  CHECK(large != 0);
  CHECK(launch(a, 1) == 0);
  CHECK(launch(b, 1) != 0);
  CHECK(flights.answered(large, a, errc::none));
  for (std::size_t i = 0; i < emitter_flights::max_per_member; ++i)
    REQUIRE(launch(a, 0) != 0);
  CHECK(launch(a, 0) == 0);
}

TEST_CASE("a request of another member counts once, as long as its link lasts") {
  seen_requests seen;
  CHECK(seen.first_time(a, 1, 7));
  CHECK_FALSE(seen.first_time(a, 1, 7));
  CHECK(seen.first_time(a, 1, 5)); // in another order
  CHECK(seen.first_time(a, 2, 7));
  CHECK(seen.first_time(b, 1, 7));
  seen.forget(a);
  CHECK(seen.first_time(a, 1, 7));
  CHECK_FALSE(seen.first_time(b, 1, 7));
  for (std::uint64_t i = 0; i < seen_requests::max_remembered; ++i)
    CHECK(seen.first_time(a, 1, 100 + i));
  CHECK_FALSE(seen.first_time(a, 1, 50)); // too late to tell
}

TEST_CASE("an event that is given up tells who waits for it") {
  emitter_flights flights;
  const auto flight = *flights.begin(5, seconds{1});
  CHECK_FALSE(flights.answered(flight, a, errc::none));
  CHECK(flights.abandon(flight) == 5);
  CHECK_FALSE(flights.launched(flight));
  CHECK_FALSE(flights.abandon(flight));
}

TEST_CASE("results and numbers of an emitter survive their encoding, and hostile bytes are none") {
  const publish_result result{{"a", "b"}, {{"c", errc::connection_lost}}};
  const auto bytes = encode(result);
  publish_result back;
  REQUIRE(decode(bytes, back));
  CHECK(back == result);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(decode(bytes.slice(0, size), back));
  CHECK_FALSE(decode(blob::from_string("\xff\xff\xff\xff\x7f"), back));
  const emitter_stats stats{1, 2, 3, 4};
  emitter_stats read;
  REQUIRE(decode(encode(stats), read));
  CHECK(read == stats);
  CHECK_FALSE(decode(blob{}, read));
}

} // namespace hamok
