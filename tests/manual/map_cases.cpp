// The manual's map, on a cluster of three: each operation from the leader and from a follower, with
// its answer, its event and its effect on every member.

#include "hamok/tests/manual/in_one_process.hpp"
#include "hamok/tests/manual/in_three_processes.hpp"
#include "hamok/tests/manual/manual.hpp"

namespace hamok::test {

namespace {

const covers_everywhere creation{"method create_map", "method get_or_create_map",
                                 "map initial entries"};
const covers_everywhere writes{
    "map set",    "map set_all",      "map insert",       "map insert_all",   "map update_if",
    "map remove", "map remove_all",   "map remove_if",    "map erase",        "map erase_all",
    "map clear",  "map event insert", "map event update", "map event remove", "map event clear"};
const covers_everywhere reads{"map get",  "map get_all", "map contains",
                              "map keys", "map values",  "map entries",
                              "map size", "map empty",   "map iteration"};
const covers_everywhere values{"map falsy values"};
const covers types{"map custom equality"};
const covers_everywhere ends{"map event close", "map event resync"};

const auto nothing = json::object();

/// One entry at a time.
std::vector<step> single_steps() {
  return {
      {"set", {"a", "1"}, nullptr, {{"a", "1"}}, {"insert a=1"}},
      {"set", {"a", "2"}, "1", {{"a", "2"}}, {"update a=1,2"}},
      {"insert", {"c", "1"}, nullptr, {{"a", "2"}, {"c", "1"}}, {"insert c=1"}},
      {"insert", {"c", "2"}, "1", {{"a", "2"}, {"c", "1"}}, {}},
      {"update_if", {"a", "4", "2"}, true, {{"a", "4"}, {"c", "1"}}, {"update a=2,4"}},
      {"update_if", {"a", "5", "2"}, false, {{"a", "4"}, {"c", "1"}}, {}},
      {"update_if", {"nobody", "1", ""}, false, {{"a", "4"}, {"c", "1"}}, {}},
      {"remove", {"a"}, "4", {{"c", "1"}}, {"remove a=4"}},
      {"remove", {"a"}, nullptr, {{"c", "1"}}, {}},
      {"remove_if", {"c", "2"}, false, {{"c", "1"}}, {}},
      {"remove_if", {"c", "1"}, true, nothing, {"remove c=1"}},
      {"remove_if", {"c", "1"}, false, nothing, {}},
      {"set", {"", ""}, nullptr, {{"", ""}}, {"insert ="}}, // nothing is a value, and a key
      {"set", {"", ""}, "", {{"", ""}}, {"update =,"}},
      {"erase", {""}, true, nothing, {"remove ="}},
      {"erase", {""}, false, nothing, {}},
  };
}

/// Several at once.
std::vector<step> batch_steps() {
  return {
      {"set_all",
       {{"a", "1"}, {"b", "1"}},
       nothing,
       {{"a", "1"}, {"b", "1"}},
       {"insert a=1", "insert b=1"}},
      {"set_all",
       {{"a", "2"}, {"c", "1"}},
       {{"a", "1"}},
       {{"a", "2"}, {"b", "1"}, {"c", "1"}},
       {"update a=1,2", "insert c=1"}},
      {"insert_all",
       {{"c", "3"}, {"d", "1"}},
       {{"c", "1"}},
       {{"a", "2"}, {"b", "1"}, {"c", "1"}, {"d", "1"}},
       {"insert d=1"}},
      {"remove_all",
       {"c", "nobody", "d"},
       {{"c", "1"}, {"d", "1"}},
       {{"a", "2"}, {"b", "1"}},
       {"remove c=1", "remove d=1"}},
      {"erase_all", {"b", "nobody"}, json{"b"}, {{"a", "2"}}, {"remove b=1"}},
      {"clear", {}, 1, nothing, {"clear"}},
      {"clear", {}, 0, nothing, {"clear"}},
  };
}

} // namespace

TEMPLATE_TEST_CASE("manual: a map is created once for all, with its first entries", "",
                   in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    const auto id = "users of " + from;
    const auto other = members::others_than(from).front();
    const auto first = all.open(from, "map", id, {{"initial", {{"x", ""}}}, {"create", true}});
    CHECK(first("ready") == false);
    bool existed = false;
    const auto second = all.open(other, "map", id, {{"initial", {{"late", "1"}}}}, &existed);
    CHECK(existed);
    CHECK(second.comes_to({{"x", ""}}, "content"));
    all.open(other, "map", id + " too", {}, &existed);
    CHECK(!existed);
    CHECK(all.refusal(other, "open", {{"kind", "queue"}, {"id", id}}) == "kind_mismatch");
    CHECK(all.ask(from, "storages")[id] == "map");
  }
}

TEMPLATE_TEST_CASE("manual: every write of an entry of a map is told on all members", "",
                   in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    all.everywhere("map", "users of " + from).walk(from, single_steps());
    CHECK(all.converge("users of " + from));
  }
}

TEMPLATE_TEST_CASE("manual: every write of several entries of a map is told on all members", "",
                   in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    all.everywhere("map", "users of " + from).walk(from, batch_steps());
    CHECK(all.converge("users of " + from));
  }
}

TEMPLATE_TEST_CASE("manual: reads of a map are local, and iteration is over one moment", "",
                   in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    auto users = all.everywhere("map", "users of " + from);
    const auto& here = users.at(from);
    CHECK(here("empty") == true);
    here("set_all", {{"b", "2"}, {"a", ""}, {"c", "3"}});
    REQUIRE(users.have({{"a", ""}, {"b", "2"}, {"c", "3"}}));
    for (const auto& name : members::names()) {
      const auto& there = users.at(name);
      CHECK(there("get", {"a"}) == "");
      CHECK(there("get", {"nobody"}) == nullptr);
      CHECK(there("get_all", {"b", "nobody"}) == json{{"b", "2"}});
      CHECK(there("contains", {"a"}) == true);
      CHECK(there("contains", {"nobody"}) == false);
      CHECK(there("keys") == json{"a", "b", "c"});
      CHECK(there("values") == json{"", "2", "3"});
      CHECK(there("entries") == json{{"a", ""}, {"b", "2"}, {"c", "3"}});
      CHECK(there("size") == 3);
      CHECK(there("empty") == false);
    }
    CHECK(here("iterate") == json{{"a", ""}, {"b", "2"}, {"c", "3"}});
    CHECK(users.have(nothing));
  }
}

TEST_CASE("manual: a map has falsy values of any type, and an equality of the user's own") {
  three_members all;
  auto numbers = must(all.at("a").get_or_create_map<int, bool>("numbers"));
  CHECK(must(numbers.set(0, false, deadline).get()) == std::nullopt);
  CHECK(must(numbers.set(0, false, deadline).get()) == false);
  CHECK(must(numbers.get(0)) == false);
  map_options<double> nearly;
  nearly.equal = [](const double& a, const double& b) { return a - b < 0.1 && b - a < 0.1; };
  auto measured =
      must(all.at("b").get_or_create_map<std::string, double>("measured", nullptr, {}, nearly));
  must(measured.set("x", 1.0, deadline).get());
  CHECK(must(measured.update_if("x", 2.0, 1.05, deadline).get()));
  CHECK(!must(measured.update_if("x", 3.0, 1.05, deadline).get()));
}

TEMPLATE_TEST_CASE("manual: subscribers of a map hear that it is closed here, or replaced", "",
                   in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    auto users = all.everywhere("map", "users of " + from);
    const auto& here = users.at(from);
    here("set", {"x", "1"});
    here("import_snapshot", json::array({here("export_snapshot")}));
    CHECK(users.have_told({"insert x=1", "resync"}));
    here("close");
    CHECK(here.has_told({"insert x=1", "resync", "close"}));
    CHECK(here.refusal("set", {"x", "2"}) == "closed");
    const auto& other = users.at(members::others_than(from).back());
    CHECK(other("set", {"x", "2"}) == "1"); // it goes on for the others
    CHECK(all.open(from, "map", "users of " + from).comes_to({{"x", "2"}}, "content"));
  }
}

} // namespace hamok::test
