// Each operation of the byte map: its result, its events, and what is in the map afterwards.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/map_harness.hpp"

namespace hamok::state_test {

namespace {

using lines = std::vector<std::string>;
using maybe = std::optional<std::string>;

} // namespace

TEST_CASE("map set answers with the previous value and tells insert or update") {
  map_fixture map;
  CHECK(map.value(map_command::set(v("a"), v("1"))) == std::nullopt);
  CHECK(map.events() == lines{"insert a  1"});
  CHECK(map.value(map_command::set(v("a"), v("2"))) == maybe{"1"});
  CHECK(map.events() == lines{"update a 1 2"});
  CHECK(map.content() == text_pairs{{"a", "2"}});
}

TEST_CASE("map takes the empty key and the empty value for what they are") {
  map_fixture map;
  CHECK(map.value(map_command::set(v(""), v(""))) == std::nullopt);
  CHECK(map.value(map_command::set(v(""), v("x"))) == maybe{""});
  CHECK(map.value(map_command::set(v(""), v(""))) == maybe{"x"});
  CHECK(map.value(map_command::insert(v(""), v("y"))) == maybe{""});
  CHECK(map.answer<bool>(map_command::update_if(v(""), v(""), v(""))));
  CHECK(map.answer<bool>(map_command::remove_if(v(""), v(""))));
  CHECK_FALSE(map.answer<bool>(map_command::erase(v(""))));
}

TEST_CASE("map set_all answers with the replaced pairs and applies in order") {
  map_fixture map;
  map.apply(map_command::set(v("a"), v("0")));
  CHECK(map.pairs(map_command::set_all(kv({{"a", "1"}, {"b", "2"}, {"b", "3"}})))
        == text_pairs{{"a", "0"}, {"b", "2"}});
  CHECK(map.events() == lines{"update a 0 1", "insert b  2", "update b 2 3"});
  CHECK(map.content() == text_pairs{{"a", "1"}, {"b", "3"}});
}

TEST_CASE("map insert leaves an existing value alone and answers with it") {
  map_fixture map;
  CHECK(map.value(map_command::insert(v("a"), v("1"))) == std::nullopt);
  CHECK(map.events() == lines{"insert a  1"});
  CHECK(map.value(map_command::insert(v("a"), v("2"))) == maybe{"1"});
  CHECK(map.events().empty());
  CHECK(map.content() == text_pairs{{"a", "1"}});
}

TEST_CASE("map insert_all inserts the absent and answers with the existing") {
  map_fixture map;
  map.apply(map_command::set(v("b"), v("0")));
  CHECK(map.pairs(map_command::insert_all(kv({{"a", "1"}, {"b", "2"}, {"c", "3"}})))
        == text_pairs{{"b", "0"}});
  CHECK(map.events() == lines{"insert a  1", "insert c  3"});
  CHECK(map.content() == text_pairs{{"a", "1"}, {"b", "0"}, {"c", "3"}});
}

TEST_CASE("map insert_all takes the first value of a key, and answers a key once") {
  map_fixture map;
  map.apply(map_command::set(v("b"), v("0")));
  CHECK(map.pairs(map_command::insert_all(
            kv({{"b", "1"}, {"a", "1"}, {"b", "2"}, {"a", "2"}, {"a", "3"}, {"b", "3"}})))
        == text_pairs{{"b", "0"}, {"a", "1"}});
  CHECK(map.events() == lines{"insert a  1"});
  CHECK(map.content() == text_pairs{{"a", "1"}, {"b", "0"}});
}

TEST_CASE("map update_if compares exact bytes and is false for an absent entry") {
  map_fixture map;
  CHECK_FALSE(map.answer<bool>(map_command::update_if(v("a"), v("2"), v(""))));
  CHECK(map.content().empty());
  map.apply(map_command::set(v("a"), v("1")));
  CHECK_FALSE(map.answer<bool>(map_command::update_if(v("a"), v("3"), v("2"))));
  CHECK(map.events().empty());
  CHECK(map.answer<bool>(map_command::update_if(v("a"), v("3"), v("1"))));
  CHECK(map.events() == lines{"update a 1 3"});
  CHECK(map.content() == text_pairs{{"a", "3"}});
}

TEST_CASE("map remove answers with the removed value") {
  map_fixture map;
  CHECK(map.value(map_command::remove(v("a"))) == std::nullopt);
  CHECK(map.events().empty());
  map.apply(map_command::set(v("a"), v("1")));
  CHECK(map.value(map_command::remove(v("a"))) == maybe{"1"});
  CHECK(map.events() == lines{"remove a 1 "});
  CHECK(map.content().empty());
}

TEST_CASE("map remove_all answers with the pairs that were there") {
  map_fixture map;
  map.apply(map_command::set_all(kv({{"a", "1"}, {"b", "2"}, {"c", "3"}})));
  CHECK(map.pairs(map_command::remove_all(list({"c", "x", "a", "a"})))
        == text_pairs{{"c", "3"}, {"a", "1"}});
  CHECK(map.events() == lines{"remove c 3 ", "remove a 1 "});
  CHECK(map.content() == text_pairs{{"b", "2"}});
}

TEST_CASE("map remove_if removes only the exact value") {
  map_fixture map;
  CHECK_FALSE(map.answer<bool>(map_command::remove_if(v("a"), v("1"))));
  map.apply(map_command::set(v("a"), v("1")));
  CHECK_FALSE(map.answer<bool>(map_command::remove_if(v("a"), v("2"))));
  CHECK(map.events().empty());
  CHECK(map.answer<bool>(map_command::remove_if(v("a"), v("1"))));
  CHECK(map.events() == lines{"remove a 1 "});
}

TEST_CASE("map erase answers whether the key was there") {
  map_fixture map;
  CHECK_FALSE(map.answer<bool>(map_command::erase(v("a"))));
  map.apply(map_command::set(v("a"), v("1")));
  CHECK(map.answer<bool>(map_command::erase(v("a"))));
  CHECK(map.events() == lines{"remove a 1 "});
}

TEST_CASE("map erase_all answers with the keys that were there") {
  map_fixture map;
  map.apply(map_command::set_all(kv({{"a", "1"}, {"b", "2"}})));
  CHECK(map.answer<std::vector<blob>>(map_command::erase_all(list({"b", "x", "b"})))
        == list({"b"}));
  CHECK(map.events() == lines{"remove b 2 "});
  CHECK(map.content() == text_pairs{{"a", "1"}});
}

TEST_CASE("map clear answers with the number of entries and is one event") {
  map_fixture map;
  map.apply(map_command::set_all(kv({{"a", "1"}, {"b", "2"}})));
  CHECK(map.answer<std::uint64_t>(map_command::clear()) == 2);
  CHECK(map.events() == lines{"clear   "});
  CHECK(map.content().empty());
  CHECK(map.map.digest() == digest128{});
}

TEST_CASE("map makes no events where nobody listens, and the same state") {
  map_state map;
  const auto result = map.apply({1, {}, false}, map_command::set(v("a"), v("1")));
  CHECK(result.events.empty());
  map_fixture other;
  other.apply(map_command::set(v("a"), v("1")));
  CHECK(map.digest() == other.map.digest());
}

TEST_CASE("map answers questions, sorted by the bytes of the keys") {
  map_fixture map;
  map.apply(map_command::set_all(kv({{"b", "2"}, {"a", "1"}, {"", "0"}, {"c", ""}})));
  auto ask = [&](const blob& question, auto result) {
    REQUIRE(map_answer::decode(*map.map.query(question), result));
    return result;
  };
  CHECK(ask(map_query::get(v("a")), std::optional<blob>{}) == b("1"));
  CHECK(ask(map_query::get(v("c")), std::optional<blob>{}) == b(""));
  CHECK(ask(map_query::get(v("x")), std::optional<blob>{b("y")}) == std::nullopt);
  CHECK(ask(map_query::get_all(list({"c", "x", "b"})), std::vector<key_value>{})
        == kv({{"c", ""}, {"b", "2"}}));
  CHECK(ask(map_query::contains(v("")), false));
  CHECK_FALSE(ask(map_query::contains(v("x")), true));
  CHECK(ask(map_query::keys(), std::vector<blob>{}) == list({"", "a", "b", "c"}));
  CHECK(ask(map_query::values(), std::vector<blob>{}) == list({"0", "1", "2", ""}));
  CHECK(ask(map_query::size(), std::uint64_t{}) == 4);
  CHECK(*map.map.query(map_query::digest()) == to_blob(map.map.digest()));
}

TEST_CASE("a view of a map stays as it is while the map goes on") {
  map_fixture map;
  map.apply(map_command::set(v("a"), v("1")));
  const auto view = map.map.view();
  map.apply(map_command::set(v("a"), v("2")));
  map.apply(map_command::set(v("b"), v("3")));
  CHECK(view->size() == 1);
  std::optional<blob> value;
  REQUIRE(map_answer::decode(*view->query(map_query::get(v("a"))), value));
  CHECK(value == b("1"));
  CHECK(map.map.view()->size() == 2);
}

TEST_CASE("map refuses hostile commands and changes nothing") {
  map_fixture map;
  map.apply(map_command::set(v("a"), v("1")));
  const auto before = map.map.digest();
  const auto commands = std::vector<blob>{
      map_command::set(v("key"), v("value")), map_command::set_all(kv({{"a", "2"}, {"b", "3"}})),
      map_command::update_if(v("a"), v("2"), v("1")), map_command::remove_all(list({"a", "b"})),
      map_command::erase_all(list({"a"}))};
  for (const auto& command : commands)
    for (std::size_t size = 0; size < command.size(); ++size) {
      const auto cut = command.slice(0, size);
      // A cut value is a value; whatever is taken for a command must not crash.
      map_fixture other;
      other.apply(cut);
    }
  CHECK(map.apply(b("")).status == command_status::bad_command);
  CHECK(map.apply(b("\x7f")).status == command_status::bad_command);
  CHECK(map.apply(b("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01zz")).status
        == command_status::bad_command);
  CHECK(map.apply(b("\x02\xff\xff\xff\xff\x0f")).status == command_status::bad_command);
  CHECK(map.apply(b("\x0b!")).status == command_status::bad_command);
  CHECK(map.map.digest() == before);
  CHECK_FALSE(map.map.query(b("")));
  CHECK_FALSE(map.map.query(b("\x7f")));
  CHECK_FALSE(map.map.query(b("\x04!")));
}

} // namespace hamok::state_test
