#include "hamok/collections/future.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"

#include <thread>

namespace hamok::state_test {

namespace {

bool decode_text(const blob& answer, std::string& out) {
  out = std::string{answer.text()};
  return out != "bad";
}

using text_future = future<std::string>;

text_future open(const std::shared_ptr<call_table>& table, std::uint64_t& id,
                 std::chrono::milliseconds timeout = seconds{20}) {
  auto call = table->open();
  id = call.id;
  return {table, std::move(call), call_slot::clock::now() + timeout, &decode_text};
}

} // namespace

TEST_CASE("a future gives the answer, as often as it is asked") {
  auto table = std::make_shared<call_table>();
  std::uint64_t id = 0;
  auto answer = open(table, id);
  CHECK(table->size() == 1);
  CHECK_FALSE(answer.wait_for(milliseconds{0}));
  table->complete(id, b("hello"));
  table->complete(id, b("late"));
  CHECK(table->size() == 0);
  CHECK(answer.wait_for(milliseconds{0}));
  CHECK(*answer.get() == "hello");
  CHECK(*answer.get() == "hello");
}

TEST_CASE("a closed table lets nobody wait") {
  auto table = std::make_shared<call_table>();
  std::uint64_t id = 0;
  auto waiting = open(table, id);
  table->close();
  CHECK(table->size() == 0);
  CHECK(waiting.wait_for(milliseconds{0}));
  CHECK(code_of(waiting.get()) == errc::outcome_unknown);
  std::uint64_t none = 1;
  auto late = open(table, none);
  CHECK(none == 0); // nothing is sent
  CHECK(late.wait_for(milliseconds{0}));
  CHECK(code_of(late.get()) == errc::stopped);
  CHECK(table->size() == 0);
}

TEST_CASE("a future wakes the thread that waits for it") {
  auto table = std::make_shared<call_table>();
  std::uint64_t id = 0;
  auto answer = open(table, id);
  std::thread other{[&] { table->complete(id, b("hello")); }};
  CHECK(*answer.get() == "hello");
  other.join();
}

TEST_CASE("a future passes errors on, and answers that cannot be decoded are bad_value") {
  auto table = std::make_shared<call_table>();
  std::uint64_t id = 0;
  auto failed = open(table, id);
  table->complete(id, make_error(errc::overloaded));
  CHECK(code_of(failed.get()) == errc::overloaded);
  auto bad = open(table, id);
  table->complete(id, b("bad"));
  CHECK(code_of(bad.get()) == errc::bad_value);
  text_future never_sent{make_error(errc::bad_value)};
  CHECK(never_sent.wait_for(milliseconds{0}));
  CHECK(code_of(never_sent.get()) == errc::bad_value);
}

TEST_CASE("a future does not wait for ever") {
  auto table = std::make_shared<call_table>();
  std::uint64_t id = 0;
  auto answer = open(table, id, -seconds{5}); // the grace is over, too
  CHECK(answer.wait_for(seconds{20}));
  CHECK(code_of(answer.get()) == errc::outcome_unknown);
}

TEST_CASE("a future that is let go leaves nothing behind") {
  auto table = std::make_shared<call_table>();
  std::uint64_t id = 0;
  {
    auto first = open(table, id);
    auto moved = std::move(first);
    CHECK(table->size() == 1);
    moved = open(table, id);
  }
  CHECK(table->size() == 0);
  table->complete(id, b("nobody hears it"));
}

TEST_CASE("a table with too many calls gives none, and the future has failed") {
  auto table = std::make_shared<call_table>(2);
  std::uint64_t id = 0;
  auto first = open(table, id);
  {
    auto second = open(table, id);
    auto third = open(table, id);
    CHECK(id == 0);
    CHECK(third.wait_for(milliseconds{0}));
    CHECK(code_of(third.get()) == errc::overloaded);
    CHECK(table->size() == 2);
  }
  auto again = open(table, id);
  CHECK(id != 0);
}

TEST_CASE("a future may be waited for as long as a duration can say") {
  auto table = std::make_shared<call_table>();
  std::uint64_t id = 0;
  auto answer = open(table, id);
  std::thread other{[&] { table->complete(id, b("hello")); }};
  CHECK(answer.wait_for(std::chrono::hours::max()));
  CHECK(*answer.get() == "hello");
  other.join();
}

} // namespace hamok::state_test
