// Random commands against a queue that is too simple to be wrong.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/queue_harness.hpp"

#include <deque>
#include <memory>
#include <random>
#include <utility>

namespace hamok::state_test {

namespace {

using model = std::deque<std::string>;

words content_of(const model& items) {
  return {items.begin(), items.end()};
}

struct dice {
  std::mt19937_64 engine;
  std::uint64_t roll(std::uint64_t sides) { return engine() % sides; }
  std::string item() { return std::string(roll(5), static_cast<char>('a' + roll(3))); }
};

/// One random command, made to both.
void step(dice& d, queue_fixture& queue, model& items) {
  const auto kind = d.roll(100);
  if (kind < 35) {
    items.push_back(d.item());
    REQUIRE(queue.push(items.back()) == items.size());
  } else if (kind < 45) {
    words many;
    for (auto count = d.roll(kind == 44 ? 200 : 6); count > 0; --count)
      many.push_back(d.item());
    items.insert(items.end(), many.begin(), many.end());
    REQUIRE(queue.push_all(many) == items.size());
  } else if (kind < 99) {
    const auto expected = items.empty() ? std::nullopt : std::optional{items.front()};
    if (!items.empty())
      items.pop_front();
    REQUIRE(queue.pop() == expected);
  } else if (d.roll(3) == 0) {
    REQUIRE(queue.answer<std::uint64_t>(queue_command::clear()) == items.size());
    items.clear();
  }
}

digest128 fresh_digest(const model& items) {
  queue_fixture fresh;
  for (const auto& item : items)
    fresh.push(item);
  return fresh.queue.digest();
}

} // namespace

TEST_CASE("queue agrees with a simple model over random commands and views") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    dice d{std::mt19937_64{seed}};
    queue_fixture queue;
    model items;
    std::vector<std::pair<std::shared_ptr<const state_view>, words>> views;
    for (int i = 0; i < 500; ++i) {
      step(d, queue, items);
      if (d.roll(20) == 0)
        views.emplace_back(queue.queue.view(), content_of(items));
      REQUIRE(queue.queue.size() == items.size());
    }
    REQUIRE(queue.content() == content_of(items));
    REQUIRE(queue.queue.digest() == fresh_digest(items));
    for (const auto& [view, then] : views)
      REQUIRE(queue_fixture::page_of(*view, 0, 1'000'000) == then);
  }
}

TEST_CASE("queue goes on from a snapshot at any point as if there had been none") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    dice d{std::mt19937_64{seed}};
    queue_fixture queue;
    queue_fixture moved; // is replaced by its own snapshot now and then
    model items;
    for (int i = 0; i < 300; ++i) {
      auto same = d; // both are given the same commands
      auto copy = items;
      step(d, queue, items);
      step(same, moved, copy);
      REQUIRE(moved.last.result == queue.last.result);
      REQUIRE(moved.last.events == queue.last.events);
      if (d.roll(4) == 0) {
        queue_state next;
        REQUIRE(next.restore(moved.queue.snapshot()));
        REQUIRE(moved.queue.restore(next.snapshot()));
        REQUIRE(next.digest() == queue.queue.digest());
      }
      REQUIRE(moved.queue.digest() == queue.queue.digest());
      REQUIRE(moved.queue.snapshot() == queue.queue.snapshot());
    }
  }
}

TEST_CASE("queue has a digest of its content and its order alone") {
  queue_fixture one;
  queue_fixture other;
  for (int i = 0; i < 500; ++i)
    one.push(std::to_string(i));
  other.push_all(words(300, "x"));
  for (int i = 0; i < 300; ++i)
    other.pop();
  for (int i = 0; i < 500; ++i)
    other.push(std::to_string(i));
  CHECK(one.queue.digest() == other.queue.digest());
  CHECK(one.queue.snapshot() == other.queue.snapshot());
  const auto digest_of = [](const words& items) {
    queue_fixture queue;
    queue.push_all(items);
    return queue.queue.digest();
  };
  CHECK_FALSE(digest_of({"a", "b"}) == digest_of({"b", "a"}));
  CHECK_FALSE(digest_of({"ab", ""}) == digest_of({"a", "b"}));
  CHECK_FALSE(digest_of({""}) == digest_of({}));
  CHECK_FALSE(digest_of({""}) == digest_of({"", ""}));
  CHECK_FALSE(digest_of({"a", "a", "b"}) == digest_of({"a", "b", "a"}));
}

TEST_CASE("the digests of sequences are pinned") {
  sequence_digest digest;
  CHECK(digest.value() == digest128{});
  digest.push_back(v("a"));
  digest.push_back(v("b"));
  CHECK(digest.value() == digest128{0xbacddfba757e890bU, 0x9d69b91c1a7bb8a5U});
  digest.pop_front(v("a"));
  sequence_digest only;
  only.push_back(v("b"));
  CHECK(digest.value() == only.value());
}

} // namespace hamok::state_test
