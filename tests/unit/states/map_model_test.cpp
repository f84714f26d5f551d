// Random commands against a map that is too simple to be wrong.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/map_harness.hpp"

#include <algorithm>
#include <map>
#include <random>

namespace hamok::state_test {

namespace {

using model = std::map<std::string, std::string>;

text_pairs content_of(const model& values) {
  return {values.begin(), values.end()};
}

struct dice {
  std::mt19937_64 engine;
  std::uint64_t roll(std::uint64_t sides) { return engine() % sides; }
  std::string key() { return "k" + std::to_string(roll(40)); }
  std::string value() { return std::string(roll(5), static_cast<char>('a' + roll(3))); }
};

std::optional<std::string> old_value(const model& values, const std::string& key) {
  const auto found = values.find(key);
  return found != values.end() ? std::optional{found->second} : std::nullopt;
}

void single_step(dice& d, map_fixture& map, model& values) {
  const auto key = d.key();
  const auto value = d.value();
  const auto expected = d.value();
  const auto old = old_value(values, key);
  switch (d.roll(6)) {
  case 0:
    REQUIRE(map.value(map_command::set(v(key), v(value))) == old);
    values[key] = value;
    break;
  case 1:
    REQUIRE(map.value(map_command::insert(v(key), v(value))) == old);
    values.emplace(key, value);
    break;
  case 2:
    REQUIRE(map.answer<bool>(map_command::update_if(v(key), v(value), v(expected)))
            == (old == expected));
    if (old == expected)
      values[key] = value;
    break;
  case 3:
    REQUIRE(map.value(map_command::remove(v(key))) == old);
    values.erase(key);
    break;
  case 4:
    REQUIRE(map.answer<bool>(map_command::remove_if(v(key), v(expected))) == (old == expected));
    if (old == expected)
      values.erase(key);
    break;
  default:
    REQUIRE(map.answer<bool>(map_command::erase(v(key))) == old.has_value());
    values.erase(key);
  }
}

void many_step(dice& d, map_fixture& map, model& values) {
  text_pairs entries;
  std::vector<blob> keys;
  text_pairs present;
  for (auto count = d.roll(6); count > 0; --count) {
    entries.emplace_back(d.key(), d.value());
    keys.push_back(b(entries.back().first));
  }
  switch (d.roll(4)) {
  case 0:
    for (const auto& [key, value] : entries) {
      if (const auto old = old_value(values, key))
        present.emplace_back(key, *old);
      values[key] = value;
    }
    REQUIRE(map.pairs(map_command::set_all(kv(entries))) == present);
    break;
  case 1:
    for (const auto& [key, value] : entries) {
      const auto [found, inserted] = values.emplace(key, value);
      const std::pair<std::string, std::string> pair = *found;
      if (!inserted && std::find(present.begin(), present.end(), pair) == present.end())
        present.push_back(pair); // once, however often it comes
    }
    REQUIRE(map.pairs(map_command::insert_all(kv(entries))) == present);
    break;
  case 2:
    for (const auto& [key, value] : entries) {
      if (const auto old = old_value(values, key))
        present.emplace_back(key, *old);
      values.erase(key);
    }
    REQUIRE(map.pairs(map_command::remove_all(keys)) == present);
    break;
  default:
    std::vector<blob> erased;
    for (const auto& [key, value] : entries)
      if (values.erase(key) > 0)
        erased.push_back(b(key));
    REQUIRE(map.answer<std::vector<blob>>(map_command::erase_all(keys)) == erased);
  }
}

digest128 fresh_digest(const model& values) {
  map_fixture fresh;
  for (const auto& [key, value] : values)
    fresh.apply(map_command::set(v(key), v(value)));
  return fresh.map.digest();
}

} // namespace

TEST_CASE("map agrees with a simple model over random commands, snapshots and views") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    dice d{std::mt19937_64{seed}};
    map_fixture map;
    model values;
    std::vector<std::pair<std::shared_ptr<const state_view>, text_pairs>> views;
    for (int step = 0; step < 300; ++step) {
      if (d.roll(60) == 0) {
        REQUIRE(map.answer<std::uint64_t>(map_command::clear()) == values.size());
        values.clear();
      } else if (d.roll(3) == 0) {
        many_step(d, map, values);
      } else {
        single_step(d, map, values);
      }
      if (d.roll(20) == 0)
        views.emplace_back(map.map.view(), content_of(values));
      REQUIRE(map.map.size() == values.size());
    }
    REQUIRE(map.content() == content_of(values));
    REQUIRE(map.map.digest() == fresh_digest(values));
    for (const auto& [view, then] : views) {
      std::vector<key_value> entries;
      REQUIRE(map_answer::decode(*view->query(map_query::entries()), entries));
      REQUIRE(map_fixture::to_text(entries) == then);
    }
    map_state restored;
    REQUIRE(restored.restore(map.map.snapshot()));
    REQUIRE(restored.digest() == map.map.digest());
    REQUIRE(restored.snapshot() == map.map.snapshot());
  }
}

TEST_CASE("map equals itself however its content came about") {
  map_fixture one;
  map_fixture other;
  for (int i = 0; i < 500; ++i)
    one.apply(map_command::set(v(std::to_string(i)), v("x")));
  for (int i = 999; i >= 0; --i)
    other.apply(map_command::set(v(std::to_string(i)), v("x")));
  for (int i = 500; i < 1000; ++i)
    other.apply(map_command::erase(v(std::to_string(i))));
  CHECK(one.map.digest() == other.map.digest());
  CHECK(one.map.snapshot() == other.map.snapshot());
  other.apply(map_command::set(v("7"), v("y")));
  CHECK_FALSE(one.map.digest() == other.map.digest());
}

TEST_CASE("map restores initial content, and refuses a broken snapshot whole") {
  map_fixture map;
  map.apply(map_command::set(v("old"), v("1")));
  const auto content = encode_map_content(kv({{"b", "2"}, {"a", ""}}));
  for (std::size_t size = 0; size < content.size(); ++size)
    REQUIRE_FALSE(map.map.restore(content.slice(0, size)));
  REQUIRE_FALSE(map.map.restore(b("\x01\xff\xff\xff\xff\xff\x7f")));
  REQUIRE_FALSE(map.map.restore(b("\x02\x00")));
  CHECK(map.content() == text_pairs{{"old", "1"}});
  REQUIRE(map.map.restore(content));
  CHECK(map.content() == text_pairs{{"a", ""}, {"b", "2"}});
}

} // namespace hamok::state_test
