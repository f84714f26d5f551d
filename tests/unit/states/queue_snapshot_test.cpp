// Snapshots and limits of the byte queue.

#include "hamok/collections/state_bytes_state.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/queue_harness.hpp"

#include <random>

namespace hamok::state_test {

namespace {

void check_refused(queue_fixture& queue, const blob& command) {
  const auto before = queue.queue.snapshot();
  const auto digest = queue.queue.digest();
  const auto& refused = queue.apply(command);
  CHECK(refused.status == command_status::too_large);
  CHECK(refused.result.empty());
  CHECK(refused.events.empty());
  CHECK(queue.queue.digest() == digest);
  CHECK((queue.queue.snapshot() == before)); // not for Catch to print
}

} // namespace

TEST_CASE("an empty queue, and one of one item, survive snapshots") {
  for (const auto& items : {words{}, words{""}, words{"a"}, words{std::string("\0\xff", 2)}}) {
    queue_fixture queue;
    queue.push_all(items);
    queue_fixture restored;
    restored.push("old");
    REQUIRE(restored.queue.restore(queue.queue.snapshot()));
    CHECK(restored.content() == items);
    CHECK(restored.queue.digest() == queue.queue.digest());
    CHECK(restored.queue.snapshot() == encode_queue_content(to_blobs(items)));
    for (const auto& item : items)
      CHECK(restored.pop() == std::optional{item});
    CHECK(restored.pop() == std::nullopt);
  }
}

TEST_CASE("a cut of a queue keeps its moment, and is read in any pieces") {
  queue_fixture queue;
  for (int i = 0; i < 1000; ++i)
    queue.push(std::to_string(i));
  const auto bytes = queue.queue.snapshot();
  const auto digest = queue.queue.digest();
  const auto cut = queue.queue.cut();
  for (int i = 0; i < 700; ++i)
    queue.pop();
  queue.push("late");
  chunk_sink out{7};
  cut->write(out);
  CHECK(cut->digest() == digest);
  chunk_source in{out.take()};
  REQUIRE(queue.queue.load(in));
  CHECK(queue.queue.digest() == digest);
  CHECK(queue.queue.snapshot() == bytes);
}

TEST_CASE("a queue refuses a broken snapshot whole") {
  queue_fixture queue;
  queue.push("old");
  const auto content = encode_queue_content(list({"b", "", "a"}));
  for (std::size_t size = 0; size < content.size(); ++size)
    REQUIRE_FALSE(queue.queue.restore(content.slice(0, size)));
  std::vector<std::byte> longer{content.bytes().begin(), content.bytes().end()};
  longer.push_back(std::byte{0});
  REQUIRE_FALSE(queue.queue.restore(blob{longer}));
  REQUIRE_FALSE(queue.queue.restore(b("\x01\xff\xff\xff\xff\xff\x7f")));
  REQUIRE_FALSE(queue.queue.restore(b("\x01\x01\xff\xff\xff\xff\xff\x7f")));
  REQUIRE_FALSE(queue.queue.restore(b("\x02")));
  CHECK(queue.content() == words{"old"});
}

TEST_CASE("a queue takes any bytes for commands, questions and snapshots") {
  std::mt19937_64 engine{7};
  queue_fixture queue;
  queue.push_all({"a", "b", "c"});
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::byte> bytes(engine() % 12);
    for (auto& byte : bytes)
      byte = static_cast<std::byte>(engine() % (engine() % 2 == 0 ? 6 : 256));
    const blob hostile{bytes};
    const auto before = queue.queue.digest();
    if (queue.apply(hostile).status != command_status::ok)
      REQUIRE(queue.queue.digest() == before);
    static_cast<void>(queue.queue.query(hostile));
    static_cast<void>(queue.queue.turn_of(hostile, engine() % 4));
    queue_state other;
    if (other.restore(hostile))
      REQUIRE(other.snapshot() == hostile);
  }
}

TEST_CASE("a push of too many items is refused, however small they are") {
  queue_fixture queue;
  queue.push("a");
  std::vector<blob> items(queue_limit::command_items + 1);
  check_refused(queue, queue_command::push_all(items));
  items.pop_back();
  CHECK(queue.answer<std::uint64_t>(queue_command::push_all(items)) == items.size() + 1);
}

TEST_CASE("what could not be popped cannot be pushed") {
  queue_fixture queue;
  queue.push("a");
  const std::string large(queue_limit::item_bytes + 1, 'x');
  check_refused(queue, queue_command::push(v(large)));
  check_refused(queue, queue_command::push_all({b("b"), b(large)}));
  CHECK_FALSE(queue.queue.restore(encode_queue_content({b(large)})));
  CHECK(queue.content() == words{"a"});
  queue.pop();
  const auto largest = large.substr(1);
  CHECK(queue.push(largest) == 1);
  CHECK((queue_fixture::page_of(queue.queue, 0, 9) == words{largest})); // alone, it has room
  CHECK((*queue.queue.query(queue_query::peek())).size() <= queue_limit::answer_bytes);
  CHECK(queue.apply(queue_command::pop()).result.size() <= queue_limit::answer_bytes);
}

TEST_CASE("a page of a queue ends after some mebibytes") {
  queue_fixture queue;
  const words items(10, std::string(std::size_t{1} << 20, 'x'));
  queue.push_all(items);
  std::size_t seen = 0;
  while (seen < items.size()) {
    const auto page = queue_fixture::page_of(queue.queue, seen, 100);
    REQUIRE(!page.empty());
    CHECK(page.size() <= 4);
    seen += page.size();
  }
  CHECK(seen == items.size());
}

} // namespace hamok::state_test
