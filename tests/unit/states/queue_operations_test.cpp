// Each operation of the byte queue: its result, its events, and what is in the queue afterwards.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/queue_harness.hpp"

namespace hamok::state_test {

namespace {

using maybe = std::optional<std::string>;

} // namespace

TEST_CASE("queue push puts an item behind the others and answers with their number") {
  queue_fixture queue;
  CHECK(queue.push("a") == 1);
  CHECK(queue.events() == words{"add  a", "not-empty  "});
  CHECK(queue.push("") == 2);
  CHECK(queue.events() == words{"add  "});
  CHECK(queue.content() == words{"a", ""});
  CHECK(queue.queue.size() == 2);
}

TEST_CASE("queue push_all puts its items behind the others together and in their order") {
  queue_fixture queue;
  CHECK(queue.push_all({"a", "b", ""}) == 3);
  CHECK(queue.events() == words{"add  a", "add  b", "add  ", "not-empty  "});
  CHECK(queue.push_all({"c", "c"}) == 5);
  CHECK(queue.events() == words{"add  c", "add  c"});
  CHECK(queue.push_all({}) == 5);
  CHECK(queue.events().empty());
  CHECK(queue.content() == words{"a", "b", "", "c", "c"});
  queue_fixture other;
  CHECK(other.push_all({}) == 0);
  CHECK(other.events().empty());
}

TEST_CASE("queue pop takes the first item, and none from an empty queue") {
  queue_fixture queue;
  CHECK(queue.pop() == std::nullopt);
  CHECK(queue.events().empty());
  CHECK(queue.last.result.empty());
  queue.push_all({"", "b"});
  CHECK(queue.pop() == maybe{""}); // a value like any other
  CHECK(queue.events() == words{"remove  "});
  CHECK(queue.pop() == maybe{"b"});
  CHECK(queue.events() == words{"remove b ", "empty  "});
  CHECK(queue.pop() == std::nullopt);
  CHECK(queue.events().empty());
  CHECK(queue.queue.size() == 0);
}

TEST_CASE("queue clear takes everything and answers with how many there were") {
  queue_fixture queue;
  CHECK(queue.answer<std::uint64_t>(queue_command::clear()) == 0);
  CHECK(queue.events() == words{"clear  "});
  queue.push_all({"a", "b"});
  CHECK(queue.answer<std::uint64_t>(queue_command::clear()) == 2);
  CHECK(queue.events() == words{"clear  ", "empty  "});
  CHECK(queue.content().empty());
  CHECK(queue.queue.digest() == queue_state{}.digest());
}

TEST_CASE("queue says whose turn it is by its size and who is on the way") {
  queue_fixture queue;
  const auto pop = queue_command::pop();
  CHECK(queue.queue.turn_of(pop, 0) == command_turn::later);
  queue.push_all({"a", "b"});
  CHECK(queue.queue.turn_of(pop, 0) == command_turn::now);
  CHECK(queue.queue.turn_of(pop, 1) == command_turn::now);
  CHECK(queue.queue.turn_of(pop, 2) == command_turn::later);
  CHECK(queue.queue.turn_of(queue_command::clear(), 9) == command_turn::any);
  CHECK(queue.queue.turn_of(queue_command::push(v("c")), 9) == command_turn::any);
  CHECK(queue.queue.turn_of(b(""), 9) == command_turn::any);
}

TEST_CASE("queue without watchers makes no events, and is the same") {
  queue_fixture watched;
  queue_state plain;
  raft::index_t index = 0;
  for (const auto& command :
       {queue_command::push(v("a")), queue_command::push_all(list({"b", "c"})),
        queue_command::pop(), queue_command::clear(), queue_command::push(v("d"))}) {
    const auto quiet = plain.apply({++index, {}, false}, command);
    CHECK(quiet.events.empty());
    CHECK(quiet.result == watched.apply(command).result);
  }
  CHECK(plain.digest() == watched.queue.digest());
}

TEST_CASE("queue answers questions, and its views keep the answers of their time") {
  queue_fixture queue;
  CHECK(*queue.queue.query(queue_query::peek()) == blob{});
  queue.push_all({"", "b", "c"});
  const auto view = queue.queue.view();
  std::optional<blob> found;
  REQUIRE(map_answer::decode(*queue.queue.query(queue_query::peek()), found));
  CHECK((found && found->empty()));
  CHECK(*queue.queue.query(queue_query::size()) == map_answer::encode(std::uint64_t{3}));
  CHECK(*queue.queue.query(queue_query::digest()) == to_blob(queue.queue.digest()));
  CHECK(queue_fixture::page_of(queue.queue, 1, 1) == words{"b"});
  CHECK(queue_fixture::page_of(queue.queue, 1, 9) == words{"b", "c"});
  CHECK(queue_fixture::page_of(queue.queue, 3, 9).empty());
  CHECK(queue_fixture::page_of(queue.queue, ~std::uint64_t{0}, 9).empty());
  CHECK(queue_fixture::page_of(queue.queue, 0, 0).empty());
  queue.apply(queue_command::clear());
  CHECK(queue_fixture::page_of(*view, 0, 9) == words{"", "b", "c"});
  const auto& typed = dynamic_cast<const queue_view&>(*view);
  CHECK(typed.front() == b(""));
  words all;
  for (auto items = typed.items(); auto item = items->next();)
    all.emplace_back(item->text());
  CHECK(all == words{"", "b", "c"});
  CHECK_FALSE(typed.digest() == queue.queue.digest());
}

TEST_CASE("queue changes nothing for bytes that it does not understand") {
  queue_fixture queue;
  queue.push_all({"a", "b"});
  const auto before = queue.queue.snapshot();
  for (const auto& bytes : {b(""), b("\x01"), b("\x01\x02x"), b("\x02"), b("\x02\x01"),
                            b("\x02\x01\x01\x02"), b("\x02\x01\x02\x01xy"), b("\x02\x7f\x02\x01x"),
                            b("\x03x"), b("\x04x"), b("\x05"), b("\xff")}) {
    CHECK(queue.apply(bytes).status == command_status::bad_command);
    CHECK(queue.last.result.empty());
    CHECK(queue.last.events.empty());
  }
  CHECK(queue.queue.snapshot() == before);
  for (const auto& bytes : {b(""), b("\x01x"), b("\x02x"), b("\x03"), b("\x03\x01"),
                            b("\x03\x01\x01\x01"), b("\x04x"), b("\x05"), b("\xff")})
    CHECK(queue.queue.query(bytes).status() == command_status::bad_command);
}

} // namespace hamok::state_test
