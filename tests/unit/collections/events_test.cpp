// Events of a collection: their order, their types, and slow subscribers.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"

#include <atomic>
#include <condition_variable>
#include <future>
#include <thread>

namespace hamok::state_test {

namespace {

/// Lines that callbacks write and a test waits for.
class notebook {
public:
  void write(std::string line) {
    std::lock_guard guard{mutex_};
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  std::vector<std::string> wait(std::size_t count) {
    std::unique_lock guard{mutex_};
    changed_.wait_for(guard, seconds{20}, [&] { return lines_.size() >= count; });
    return lines_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

} // namespace

TEST_CASE("callbacks are called with what has changed, in the order of the log") {
  notebook seen;
  fake_cluster cluster{2};
  auto here = cluster.map_of<std::string, int>(0);
  auto there = cluster.map_of<std::string, int>(1);
  REQUIRE(there.await_ready());
  auto text = [](int value) { return std::to_string(value); };
  auto inserts = there.on_insert(
      [&](const std::string& key, int value) { seen.write("insert " + key + " " + text(value)); });
  there.on_update([&](const std::string& key, int old, int now) {
    seen.write("update " + key + " " + text(old) + " " + text(now));
  });
  there.on_remove(
      [&](const std::string& key, int old) { seen.write("remove " + key + " " + text(old)); });
  there.on_clear([&] { seen.write("clear"); });
  there.on_close([&] { seen.write("close"); });
  REQUIRE(there.status()); // by now all of them have subscribed
  REQUIRE(here.set("a", 1).get());
  REQUIRE(seen.wait(1).back() == "insert a 1");
  REQUIRE(here.set("a", 2).get());
  REQUIRE(seen.wait(2).back() == "update a 1 2");
  REQUIRE(here.erase("a").get());
  REQUIRE(seen.wait(3).back() == "remove a 2");
  inserts.cancel();
  REQUIRE(there.status());
  REQUIRE(here.set("b", 3).get()); // nobody hears of it
  REQUIRE(here.clear().get());
  REQUIRE(seen.wait(4).back() == "clear");
  there.close();
  REQUIRE(seen.wait(5).back() == "close");
}

TEST_CASE("a subscribed actor gets typed events in the order of the log") {
  fake_cluster cluster;
  auto map = cluster.map_of<std::string, int>(0);
  REQUIRE(map.await_ready());
  caf::scoped_actor self{cluster.system()};
  map.subscribe(caf::actor_cast<caf::actor>(self));
  map.subscribe(caf::actor_cast<caf::actor>(self)); // once is enough
  std::vector<future<std::optional<int>>> answers;
  for (int i = 0; i < 100; ++i)
    answers.push_back(map.set("k", i));
  for (int i = 0; i < 100; ++i) {
    std::optional<map_change<std::string, int>> change;
    self->receive(
        [&](const collection_event& event) {
          CHECK(event.collection == "c");
          if (auto decoded = decltype(map)::decode(event))
            change = *decoded;
        },
        caf::after(seconds{20}) >> [] {});
    REQUIRE(change);
    CHECK(change->new_value == i);
    CHECK(change->kind == (i == 0 ? map_event::insert : map_event::update));
  }
}

TEST_CASE(
    "consensus.md, 14: a slow subscriber is told how many events it lacks, and slows nobody") {
  fake_cluster cluster;
  auto map = cluster.map_of<std::string, int>(0);
  REQUIRE(map.await_ready());
  caf::scoped_actor self{cluster.system()};
  map.subscribe(caf::actor_cast<caf::actor>(self));
  constexpr int count = 2000; // the limit is 256
  std::vector<future<std::optional<int>>> answers;
  for (int i = 0; i < count; ++i)
    answers.push_back(map.set("k", i));
  for (auto& answer : answers)
    REQUIRE(answer.get());
  int seen = 0;
  int missed = 0;
  int last = -1;
  // Reading what is there makes room again; every further write may tell what was missed.
  for (int i = 0; i < 10'000 && seen + missed < count; ++i) {
    bool more = true;
    while (more) {
      more = false;
      self->receive(
          [&](const collection_event& event) {
            const auto change = decltype(map)::decode(event);
            more = true;
            if (!change || *change->new_value < 0)
              return;
            CHECK(*change->new_value > last);
            last = *change->new_value;
            ++seen;
          },
          [&](const event::lagged& lagged) {
            missed += static_cast<int>(lagged.count);
            more = true;
          },
          caf::after(seconds{0}) >> [] {});
    }
    if (missed == 0)
      REQUIRE(map.set("k", -1).get());
  }
  CHECK(missed > 0);
  CHECK(seen >= 128);
}

TEST_CASE("consensus.md, 14: a callback that is too slow is told how many events it has missed") {
  std::promise<void> start;
  const auto started = start.get_future().share();
  notebook seen;
  std::atomic<int> calls{0};
  std::atomic<int> missed{0};
  fake_cluster cluster;
  auto map = cluster.map_of<std::string, int>(0);
  REQUIRE(map.set("k", -1).get());
  auto updates = map.on_update(
      [&, started](const std::string&, int, int) {
        started.wait_for(seconds{20});
        ++calls;
      },
      [&](const event::lagged& gap) {
        missed += static_cast<int>(gap.count);
        seen.write("lagged");
      });
  REQUIRE(map.status());      // by now it has subscribed
  constexpr int count = 2000; // the limit is 256
  std::vector<future<std::optional<int>>> answers;
  for (int i = 0; i < count; ++i)
    answers.push_back(map.set("k", i));
  for (auto& answer : answers)
    REQUIRE(answer.get());
  start.set_value();
  CHECK(seen.wait(1).size() == 1);
  for (int i = 0; i < 2000 && calls + missed < count; ++i)
    std::this_thread::sleep_for(milliseconds{10});
  CHECK(missed > 0);
  CHECK(calls + missed == count);
  updates.cancel();
}

TEST_CASE("a subscriber that ends is forgotten") {
  fake_cluster cluster;
  auto map = cluster.map_of<std::string, int>(0);
  REQUIRE(map.await_ready());
  notebook seen;
  {
    caf::scoped_actor self{cluster.system()};
    map.subscribe(caf::actor_cast<caf::actor>(self));
    REQUIRE(map.set("a", 1).get());
  }
  map.on_update([&](const std::string&, int, int now) { seen.write(std::to_string(now)); });
  REQUIRE(map.set("a", 2).get());
  CHECK(seen.wait(1).back() == "2");
}

TEST_CASE("an event that is none of a map is bad_value") {
  collection_event event;
  event.kind = closed_event_kind;
  CHECK(code_of(map<std::string, int>::decode(event)) == errc::bad_value);
  event.kind = 0;
  event.new_value = b("too many bytes for a number");
  CHECK(code_of(map<std::string, int>::decode(event)) == errc::bad_value);
}

namespace {

/// What a slow subscriber has in its mailbox, and what still comes.
struct gathered {
  int seen = 0;
  int missed = 0;
  bool closed = false;
};

/// Writes `count` times while nobody reads.
void write_much(map<std::string, int>& target, int count) {
  std::vector<future<std::optional<int>>> answers;
  for (int i = 0; i < count; ++i)
    answers.push_back(target.set("k", i));
  for (auto& answer : answers)
    REQUIRE(answer.get());
}

gathered read_until(caf::scoped_actor& self, const std::function<bool(const gathered&)>& enough) {
  gathered result;
  bool more = true;
  while (more && !enough(result))
    self->receive(
        [&](const collection_event& event) {
          if (event.kind == closed_event_kind)
            result.closed = true;
          else
            ++result.seen;
        },
        [&](const event::lagged& gap) { result.missed += static_cast<int>(gap.count); },
        caf::after(seconds{20}) >> [&] { more = false; });
  return result;
}

} // namespace

TEST_CASE("consensus.md, 14: a subscriber is told what it has missed without a further event") {
  fake_cluster cluster;
  auto map = cluster.map_of<std::string, int>(0);
  REQUIRE(map.await_ready());
  caf::scoped_actor self{cluster.system()};
  map.subscribe(caf::actor_cast<caf::actor>(self));
  constexpr int count = 2000; // the limit is 256
  write_much(map, count);
  const auto all = read_until(self, [](const gathered& x) { return x.seen + x.missed >= count; });
  CHECK(all.missed > 0);
  CHECK(all.seen + all.missed == count);
}

TEST_CASE("a slow subscriber is told what it has missed and that the collection is closed") {
  fake_cluster cluster;
  auto map = cluster.map_of<std::string, int>(0);
  REQUIRE(map.await_ready());
  caf::scoped_actor self{cluster.system()};
  map.subscribe(caf::actor_cast<caf::actor>(self));
  constexpr int count = 2000;
  write_much(map, count);
  map.close();
  const auto all = read_until(self, [](const gathered& x) { return x.closed; });
  CHECK(all.closed);
  CHECK(all.missed > 0);
  CHECK(all.seen + all.missed == count);
}

} // namespace hamok::state_test
