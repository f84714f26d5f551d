// `update_all_if`: several entries change if several are as expected, all of them or none.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/map_harness.hpp"

#include <map>
#include <random>

namespace hamok::state_test {

namespace {

using kind = expected_entry::kind;
using lines = std::vector<std::string>;

expected_entry has(std::string_view key, std::string_view value) {
  return {b(key), b(value), kind::value};
}

expected_entry has_not(std::string_view key) {
  return {b(key), {}, kind::absent};
}

expected_entry may_have(std::string_view key, std::string_view value) {
  return {b(key), b(value), kind::value_or_absent};
}

bool update(map_fixture& map, const text_pairs& entries,
            const std::vector<expected_entry>& expected) {
  return map.answer<bool>(map_command::update_all_if(kv(entries), expected));
}

} // namespace

TEST_CASE("map update_all_if sets all entries when all are as expected") {
  map_fixture map;
  map.apply(map_command::set_all(kv({{"a", "1"}, {"b", ""}, {"c", "3"}})));
  CHECK(update(map, {{"a", "2"}, {"d", "4"}},
               {has("a", "1"), has("b", ""), has_not("x"), may_have("c", "3"), may_have("y", "")}));
  CHECK(map.events() == lines{"update a 1 2", "insert d  4"});
  CHECK(map.content() == text_pairs{{"a", "2"}, {"b", ""}, {"c", "3"}, {"d", "4"}});
}

TEST_CASE("map update_all_if changes nothing when a single entry is not as expected") {
  const std::vector<expected_entry> wrong{has("a", "2"),      has("a", ""),  has("x", ""),
                                          has_not("a"),       has_not("b"),  may_have("a", "2"),
                                          may_have("b", "x"), has("b", "b"), may_have("a", "")};
  for (const auto& one : wrong)
    for (const auto first : {true, false}) {
      map_fixture map;
      map.apply(map_command::set_all(kv({{"a", "1"}, {"b", ""}})));
      const auto before = map.map.digest();
      std::vector<expected_entry> all{has("a", "1"), has("b", "")};
      all.insert(first ? all.begin() : all.end(), one);
      CAPTURE(first, one.key.text(), one.value.text());
      CHECK_FALSE(update(map, {{"a", "9"}, {"n", "9"}}, all));
      CHECK(map.events().empty());
      CHECK(map.map.digest() == before);
      CHECK(map.content() == text_pairs{{"a", "1"}, {"b", ""}});
    }
}

TEST_CASE("map update_all_if looks at what was there before it, and sets in order") {
  map_fixture map;
  CHECK(update(map, {{"a", "1"}, {"a", "2"}}, {has_not("a"), has_not("a")}));
  CHECK(map.events() == lines{"insert a  1", "update a 1 2"});
  CHECK_FALSE(update(map, {{"a", "3"}}, {has("a", "2"), has("a", "3")}));
  CHECK(update(map, {{"a", "3"}}, {}));
  CHECK(update(map, {}, {has("a", "3")}));
  CHECK(map.events().empty());
  CHECK_FALSE(update(map, {}, {has("a", "2")}));
  CHECK(update(map, {}, {}));
  CHECK(map.content() == text_pairs{{"a", "3"}});
}

TEST_CASE("map update_all_if makes no events where nobody listens, and the same state") {
  map_state map;
  const auto result =
      map.apply({1, {}, false}, map_command::update_all_if(kv({{"a", "1"}}), {may_have("a", "0")}));
  CHECK(result.events.empty());
  map_fixture other;
  other.apply(map_command::set(v("a"), v("1")));
  CHECK(map.digest() == other.map.digest());
}

TEST_CASE("map update_all_if has the limits of every command") {
  map_fixture map;
  map.apply(map_command::set(v("a"), v("1")));
  const auto refused = [&](const std::vector<key_value>& entries,
                           const std::vector<expected_entry>& expected) {
    const auto before = map.map.digest();
    const auto& done = map.apply(map_command::update_all_if(entries, expected));
    return done.status == command_status::too_large && done.result.empty() && done.events.empty()
           && map.map.digest() == before;
  };
  const auto most = map_limit::command_items;
  CHECK(refused(std::vector<key_value>(most + 1), {}));
  CHECK(refused({}, std::vector<expected_entry>(most + 1, has_not("x"))));
  const std::string value(map_limit::pair_bytes, 'x');
  CHECK(refused({{b("b"), b(value)}}, {has("a", "1")}));
  CHECK(refused({{b("b"), b(value)}}, {has("a", "2")})); // as it would be if it were
  CHECK(map.answer<bool>(map_command::update_all_if(
      std::vector<key_value>(most), std::vector<expected_entry>(most, has_not("x")))));
  CHECK(map.last.events.size() == most);
}

TEST_CASE("map update_all_if refuses every cut of it, and marks that mean nothing") {
  map_fixture map;
  map.apply(map_command::set(v("a"), v("1")));
  const auto before = map.map.digest();
  const auto whole = map_command::update_all_if(kv({{"a", "2"}, {"b", "3"}}),
                                                {has("a", "1"), has_not("b"), may_have("c", "3")});
  const auto refused = [&](const blob& command) {
    const auto& done = map.apply(command);
    return done.status == command_status::bad_command && done.result.empty() && done.events.empty()
           && map.map.digest() == before;
  };
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(refused(whole.slice(0, size)));
  }
  std::vector<std::byte> longer(whole.bytes().begin(), whole.bytes().end());
  longer.push_back(std::byte{0});
  CHECK(refused(blob{longer}));
  for (const char mark : {'\0', '\4', '\xff'}) {
    auto bad = whole;
    std::vector<std::byte> bytes(bad.bytes().begin(), bad.bytes().end());
    bytes[2] = static_cast<std::byte>(mark); // of the first expectation
    CHECK(refused(blob{bytes}));
  }
  CHECK(refused(b("\x0c\xff\xff\xff\xff\x0f")));
  CHECK(refused(b("\x0c\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")));
  CHECK(map.answer<bool>(whole));
}

TEST_CASE("map update_all_if survives bytes that were changed at random") {
  const auto whole = map_command::update_all_if(kv({{"a", "2"}, {"b", "3"}}),
                                                {has("a", "1"), has_not("b"), may_have("c", "3")});
  std::mt19937_64 engine{7};
  for (int round = 0; round < 5000; ++round) {
    std::vector<std::byte> bytes(whole.bytes().begin(), whole.bytes().end());
    for (auto changes = 1 + engine() % 3; changes > 0; --changes)
      bytes[1 + engine() % (bytes.size() - 1)] = static_cast<std::byte>(engine() & 0xFFU);
    map_fixture map;
    map.apply(map_command::set(v("a"), v("1")));
    const auto before = map.map.digest();
    const auto& done = map.apply(blob{bytes});
    if (done.status != command_status::ok)
      REQUIRE(map.map.digest() == before);
    REQUIRE(done.status != command_status::skipped);
  }
}

// -- against a model
// --------------------------------------------------------------------------------

namespace {

using model = std::map<std::string, std::string>;

struct dice {
  std::mt19937_64 engine;
  std::uint64_t roll(std::uint64_t sides) { return engine() % sides; }
  std::string key() { return "k" + std::to_string(roll(6)); }
  std::string value() { return std::string(roll(3), static_cast<char>('a' + roll(2))); }
};

bool holds(const model& values, const expected_entry& one) {
  const auto found = values.find(std::string{one.key.text()});
  if (found == values.end())
    return one.what != kind::value;
  return one.what != kind::absent && found->second == one.value.text();
}

/// What holds more often than not, or the rounds would all end with false.
expected_entry random_expectation(dice& d, const model& values) {
  const auto key = d.key();
  const auto found = values.find(key);
  if (d.roll(4) == 0)
    return d.roll(3) == 0 ? has_not(key) : has(key, d.value());
  if (found == values.end())
    return d.roll(2) == 0 ? has_not(key) : may_have(key, d.value());
  return d.roll(2) == 0 ? has(key, found->second) : may_have(key, found->second);
}

bool update_step(dice& d, map_fixture& map, model& values) {
  std::vector<expected_entry> expected;
  for (auto count = d.roll(4); count > 0; --count)
    expected.push_back(random_expectation(d, values));
  text_pairs entries;
  for (auto count = d.roll(4); count > 0; --count)
    entries.emplace_back(d.key(), d.value());
  bool all = true;
  for (const auto& one : expected)
    all = all && holds(values, one);
  REQUIRE(update(map, entries, expected) == all);
  REQUIRE(map.events().size() == (all ? entries.size() : 0));
  if (all)
    for (const auto& [key, value] : entries)
      values[key] = value;
  return all;
}

} // namespace

TEST_CASE("map update_all_if agrees with a simple model, through snapshots at any point") {
  int done = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    dice d{std::mt19937_64{seed}};
    map_fixture map;
    model values;
    for (int step = 0; step < 200; ++step) {
      if (d.roll(4) == 0) {
        const auto key = d.key();
        map.apply(map_command::erase(v(key)));
        values.erase(key);
      } else if (update_step(d, map, values)) {
        ++done;
      }
      if (d.roll(10) == 0) {
        const auto bytes = map.map.snapshot();
        const auto digest = map.map.digest();
        map.apply(map_command::clear());
        REQUIRE(map.map.restore(bytes));
        REQUIRE(map.map.digest() == digest);
        REQUIRE(map.map.snapshot() == bytes);
      }
      REQUIRE(map.content() == text_pairs{values.begin(), values.end()});
    }
  }
  CHECK(done > 1000); // of 7500, so both answers are well tried
}

} // namespace hamok::state_test
