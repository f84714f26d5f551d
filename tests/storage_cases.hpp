#pragma once

// What every storage of remote maps has to do. Each case gets an empty one.

#include "hamok/collections/memory_remote_storage.hpp"
#include "hamok/tests/catch.hpp"

#include <functional>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace hamok::test::storage_cases {

inline const raft::incarnation_id me{1, 2};
inline const raft::incarnation_id somebody{3, 4};
inline constexpr std::size_t enough = std::size_t{1} << 20;

inline blob b(const std::string& text) {
  return blob::from_string(text);
}

inline remote_step step(remote_verb verb, const std::string& key = {},
                        const std::string& value = {}, const std::string& expected = {}) {
  return {verb, b(key), b(value), b(expected)};
}

inline remote_write write(raft::index_t index, std::vector<remote_step> steps,
                          raft::index_t reported = 0) {
  return {me, index, reported, enough, std::move(steps)};
}

inline remote_write set(raft::index_t index, const std::string& key, const std::string& value,
                        raft::index_t reported = 0) {
  return write(index, {step(remote_verb::set, key, value)}, reported);
}

inline remote_touch touch(bool changed, std::optional<std::string> old = std::nullopt,
                          std::uint64_t count = 0) {
  return {changed, old ? std::optional{b(*old)} : std::nullopt, count};
}

/// The touches of a write that was done.
inline std::vector<remote_touch> done(remote_storage& storage, const remote_write& what) {
  const auto outcome = storage.execute(what);
  INFO(outcome.problem);
  CHECK(outcome.status == remote_status::done);
  return outcome.touches;
}

inline std::optional<std::string> value_of(remote_storage& storage, const std::string& key) {
  const auto values = storage.get({b(key)});
  REQUIRE(values);
  REQUIRE(values->size() == 1);
  return values->front() ? std::optional{std::string{values->front()->text()}} : std::nullopt;
}

inline void does_its_steps(remote_storage& storage) {
  using enum remote_verb;
  const std::string binary{"\x00\xff\r\n$", 5};
  const auto touches =
      done(storage, write(1, {step(set, "a", "1"), step(set, "a", "2"), step(insert, "a", "3"),
                              step(insert, "", ""), step(update_if, "a", "4", "2"),
                              step(update_if, "a", "5", "2"), step(update_if, "x", "1", ""),
                              step(set, binary, binary), step(remove, binary), step(remove, binary),
                              step(remove_if, "a", {}, "1"), step(remove_if, "a", {}, "4"),
                              step(erase, "a"), step(set, "b", ""), step(erase, "b")}));
  CHECK(touches
        == std::vector<remote_touch>{touch(true), touch(true, "1"), touch(false, "2"), touch(true),
                                     touch(true), touch(false), touch(false), touch(true),
                                     touch(true, binary), touch(false), touch(false), touch(true),
                                     touch(false), touch(true), touch(true)});
  CHECK(value_of(storage, "") == "");
  CHECK(value_of(storage, "a") == std::nullopt);
  REQUIRE(storage.size());
  CHECK(*storage.size() == 1);
  CHECK(done(storage, write(2, {step(clear), step(clear)}))
        == std::vector<remote_touch>{touch(true, {}, 1), touch(true, {}, 0)});
  CHECK(*storage.size() == 0);
  CHECK(done(storage, write(3, {})).empty());
}

inline void does_each_write_once(remote_storage& storage) {
  CHECK(done(storage, set(5, "k", "1")) == std::vector<remote_touch>{touch(true)});
  CHECK(done(storage, set(5, "k", "1")) == std::vector<remote_touch>{touch(true)});
  CHECK(done(storage, set(7, "k", "2", 5)) == std::vector<remote_touch>{touch(true, "1")});
  CHECK(storage.execute(set(3, "k", "old", 2)).status == remote_status::superseded);
  CHECK(storage.execute(set(5, "k", "old", 5)).status == remote_status::superseded);
  CHECK(done(storage, set(7, "k", "old", 5)) == std::vector<remote_touch>{touch(true, "1")});
  CHECK(value_of(storage, "k") == "2");
}

inline void keeps_what_is_not_reported(remote_storage& storage) {
  const auto kept = storage.kept_outcomes();
  REQUIRE(kept >= 1);
  for (raft::index_t i = 1; i <= kept; ++i)
    done(storage, set(i, "k", std::to_string(i)));
  CHECK(done(storage, set(1, "k", "again")) == std::vector<remote_touch>{touch(true)});
  CHECK(value_of(storage, "k") == std::to_string(kept));
}

inline void belongs_to_one(remote_storage& storage) {
  CHECK(done(storage, set(5, "k", "1")) == std::vector<remote_touch>{touch(true)});
  auto theirs = set(1, "k", "2", 1);
  theirs.owner = somebody;
  CHECK(storage.execute(theirs).status == remote_status::taken);
  CHECK(value_of(storage, "k") == "1");
  theirs.reported = 0; // their first write
  CHECK(done(storage, theirs) == std::vector<remote_touch>{touch(true, "1")});
  CHECK(storage.execute(set(6, "k", "3", 5)).status == remote_status::taken);
  CHECK(value_of(storage, "k") == "2");
}

inline void refuses_large_answers(remote_storage& storage) {
  const std::string large(1000, 'x');
  done(storage, set(1, "k", large));
  auto what = write(2, {step(remote_verb::set, "other", "1"), step(remote_verb::remove, "k")}, 1);
  what.max_bytes = 999;
  CHECK(storage.execute(what).status == remote_status::too_large);
  what.max_bytes = enough; // it has ended
  CHECK(storage.execute(what).status == remote_status::too_large);
  CHECK(value_of(storage, "k") == large);
  CHECK(value_of(storage, "other") == std::nullopt);
  what.index = 3;
  what.max_bytes = 1000;
  CHECK(done(storage, what) == std::vector<remote_touch>{touch(true), touch(true, large)});
}

inline void is_read_in_pages(remote_storage& storage) {
  std::vector<remote_step> steps;
  std::vector<key_value> expected;
  for (int i = 1000; i < 1500; ++i) {
    expected.push_back({b(std::to_string(i)), b("v" + std::to_string(i))});
    steps.push_back({remote_verb::set, expected.back().key, expected.back().value, {}});
  }
  done(storage, write(1, steps));
  std::vector<key_value> found;
  std::optional<blob> after;
  for (;;) {
    const auto page = storage.scan(after, 70);
    REQUIRE(page);
    CHECK(page->size() <= 70);
    if (page->empty())
      break;
    found.insert(found.end(), page->begin(), page->end());
    after = found.back().key;
  }
  CHECK(found == expected);
  const auto values = storage.get({b("1499"), b("none"), b("1000")});
  REQUIRE(values);
  CHECK(*values == std::vector<std::optional<blob>>{b("v1499"), std::nullopt, b("v1000")});
  CHECK(storage.get({})->empty());
}

/// Random writes end as they do in memory.
inline void does_what_memory_does(remote_storage& storage) {
  memory_remote_storage memory;
  std::mt19937_64 engine{7};
  const auto roll = [&](std::uint64_t sides) { return engine() % sides; };
  const auto text = [&](char from) {
    return std::string(roll(3), static_cast<char>(from + static_cast<char>(roll(3))));
  };
  raft::index_t reported = 0;
  for (raft::index_t i = 1; i < 400; ++i) {
    std::vector<remote_step> steps;
    for (auto count = roll(5); count > 0; --count) {
      const auto verb = roll(40) == 0 ? remote_verb::clear : static_cast<remote_verb>(1 + roll(6));
      steps.push_back(step(verb, text('a'), text('x'), text('x')));
    }
    auto what = write(i, steps, reported);
    what.max_bytes = roll(5) == 0 ? 1 : enough;
    REQUIRE(storage.execute(what) == memory.execute(what));
    if (roll(4) == 0)
      reported = i - roll(3) % i;
  }
  const auto found = storage.scan(std::nullopt, 1000);
  const auto expected = memory.scan(std::nullopt, 1000);
  REQUIRE(found);
  REQUIRE(expected);
  CHECK(*found == *expected);
}

/// All of them; `run(name, case)` makes an empty storage for each.
inline void
for_each(const std::function<void(const char* name, void (*what)(remote_storage& storage))>& run) {
  run("it does its steps", does_its_steps);
  run("it does each write once", does_each_write_once);
  run("it keeps what is not reported", keeps_what_is_not_reported);
  run("it belongs to one remote map", belongs_to_one);
  run("it refuses large answers", refuses_large_answers);
  run("it is read in pages", is_read_in_pages);
  run("it does what memory does", does_what_memory_does);
}

} // namespace hamok::test::storage_cases
