// What the byte map refuses because it, or its answer, would be too large.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/map_harness.hpp"

namespace hamok::state_test {

namespace {

constexpr std::size_t large = 100'000;
constexpr std::size_t many = 700; // of them are more than a frame

std::string key_of(std::size_t i) {
  return "k" + std::to_string(i);
}

/// More content than an answer may have.
void fill(map_fixture& map) {
  for (std::size_t i = 0; i < many; ++i)
    map.apply(map_command::set(v(key_of(i)), v(std::string(large, 'x'))));
}

std::vector<blob> all_keys() {
  std::vector<blob> result;
  for (std::size_t i = 0; i < many; ++i)
    result.push_back(b(key_of(i)));
  return result;
}

/// All keys with a small value, some of them twice, between keys that are new.
std::vector<key_value> all_pairs() {
  std::vector<key_value> result;
  for (std::size_t i = 0; i < many; ++i) {
    result.push_back({b(key_of(i)), b("small")});
    if (i % 3 == 0)
      result.push_back({b(key_of(i)), b("once more")});
    result.push_back({b("new" + key_of(i)), b("small")});
  }
  return result;
}

void check_refused(map_fixture& map, const blob& command) {
  const auto before = map.map.snapshot();
  const auto digest = map.map.digest();
  const auto& refused = map.apply(command);
  CHECK(refused.status == command_status::too_large);
  CHECK(refused.result.empty());
  CHECK(refused.events.empty());
  CHECK(map.map.digest() == digest);
  CHECK((map.map.snapshot() == before)); // not for Catch to print
}

} // namespace

TEST_CASE("an operation whose answer has no room in a frame is refused and changes nothing") {
  map_fixture map;
  fill(map);
  check_refused(map, map_command::set_all(all_pairs()));
  check_refused(map, map_command::insert_all(all_pairs()));
  check_refused(map, map_command::remove_all(all_keys()));
  // In parts, and where the answer is only keys, it goes.
  auto keys = all_keys();
  const std::vector<blob> half(keys.begin(), keys.begin() + many / 2);
  CHECK(map.answer<std::vector<key_value>>(map_command::remove_all(half)).size() == half.size());
  CHECK(map.answer<std::vector<blob>>(map_command::erase_all(keys)).size() == many - half.size());
  CHECK(map.content().empty());
}

TEST_CASE("a repeated key is not answered again and again") {
  map_fixture map;
  map.apply(map_command::set(v("a"), v(std::string(large, 'x'))));
  const std::vector<key_value> pairs(30'000, {b("a"), b("1")});
  CHECK(map.answer<std::vector<key_value>>(map_command::insert_all(pairs)).size() == 1);
  const std::vector<blob> keys(30'000, b("a"));
  CHECK(map.answer<std::vector<key_value>>(map_command::remove_all(keys)).size() == 1);
}

TEST_CASE("a command of too many items is refused, however small they are") {
  map_fixture map;
  map.apply(map_command::set(v(""), v("1")));
  const auto most = map_limit::command_items;
  std::vector<key_value> pairs(most + 1);
  std::vector<blob> keys(most + 1);
  check_refused(map, map_command::set_all(pairs));
  check_refused(map, map_command::insert_all(pairs));
  check_refused(map, map_command::remove_all(keys));
  check_refused(map, map_command::erase_all(keys));
  CHECK(map.map.query(map_query::get_all(keys)).status() == command_status::too_large);
  pairs.pop_back();
  keys.pop_back();
  CHECK(map.answer<std::vector<key_value>>(map_command::set_all(pairs)).size() == most);
  CHECK(map.answer<std::vector<blob>>(map_command::erase_all(keys)).size() == 1);
}

TEST_CASE("what could not be answered cannot be set") {
  map_fixture map;
  map.apply(map_command::set(v("a"), v("1")));
  const std::string value(map_limit::pair_bytes - 1, 'x');
  for (const auto& key : {"ab", "b "}) {
    check_refused(map, map_command::set(v(key), v(value)));
    check_refused(map, map_command::insert(v(key), v(value)));
    check_refused(map, map_command::set_all({{b(key), b(value)}}));
    check_refused(map, map_command::insert_all({{b(key), b(value)}}));
  }
  check_refused(map, map_command::update_if(v("a"), v(value + "x"), v("1")));
  CHECK_FALSE(map.map.restore(encode_map_content({{b("ab"), b(value)}})));
  // The largest can be set and read, however it is asked for, and replaced.
  map.apply(map_command::clear());
  REQUIRE(map.apply(map_command::set(v("a"), v(value))).status == command_status::ok);
  for (const auto& question : {map_query::get(v("a")), map_query::entries(), map_query::values(),
                               map_query::get_all(list({"a"})), map_query::scan({}, 10)}) {
    const auto answer = map.map.query(question);
    REQUIRE(answer);
    CHECK((*answer).size() >= value.size());
    CHECK((*answer).size() <= map_limit::answer_bytes);
  }
  const auto& replaced = map.apply(map_command::set_all(kv({{"a", "1"}})));
  CHECK(replaced.status == command_status::ok);
  CHECK(replaced.result.size() <= map_limit::answer_bytes);
}

TEST_CASE("a question whose answer has no room in a frame is refused") {
  map_fixture map;
  fill(map);
  const auto status_of = [](const auto& content, const blob& question) {
    return content.query(question).status();
  };
  const auto view = map.map.view();
  for (const auto& question :
       {map_query::entries(), map_query::values(), map_query::get_all(all_keys()),
        map_query::get_all(std::vector<blob>(many, b("k1")))}) {
    CHECK(status_of(map.map, question) == command_status::too_large);
    CHECK(status_of(*view, question) == command_status::too_large);
  }
  CHECK(status_of(map.map, map_query::keys()) == command_status::ok);
  CHECK(status_of(map.map, map_query::get_all(list({"k1", "k1"}))) == command_status::ok);
  CHECK(status_of(map.map, map_query::scan(std::nullopt, many)) == command_status::ok);
  CHECK(status_of(map.map, b("\x7f")) == command_status::bad_command);
}

} // namespace hamok::state_test
