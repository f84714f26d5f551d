// The manual's record, on a cluster of three: each operation from the leader and from a follower,
// with its answer, its event and its effect on every member.

#include "hamok/tests/manual/in_one_process.hpp"
#include "hamok/tests/manual/in_three_processes.hpp"

namespace hamok::test {

namespace {

const covers_everywhere creation{"method create_record", "method get_or_create_record",
                                 "record initial object"};
const covers_everywhere writes{"record set",
                               "record insert",
                               "record insert_instance",
                               "record update_if",
                               "record update_instance_if",
                               "record erase",
                               "record clear",
                               "record event insert",
                               "record event update",
                               "record event remove",
                               "record event clear"};
const covers_everywhere reads{"record get", "record instance"};
const covers_everywhere codecs{"record codec per field"};
const covers_everywhere ends{"record event close"};
const covers_everywhere answers{"faq What is the difference between a map and a record?"};

const auto nothing = json::object();
const auto nobody = json::array();

/// A lamp with all of its fields.
json lamp(const std::string& color, int level, const json& owners) {
  return {{"color", color}, {"level", level}, {"owners", owners}};
}

/// The fields one by one.
std::vector<step> field_steps() {
  return {
      {"set", {"level", 0}, nullptr, {{"level", 0}}, {"insert level 0"}},
      {"set", {"level", 2}, 0, {{"level", 2}}, {"update level 0 2"}},
      {"insert", {"level", 3}, 2, {{"level", 2}}, {}},
      {"insert", {"color", ""}, nullptr, {{"color", ""}, {"level", 2}}, {R"(insert color "")"}},
      {"update_if", {"level", 3, 0}, false, {{"color", ""}, {"level", 2}}, {}},
      {"update_if", {"level", 3, 2}, true, {{"color", ""}, {"level", 3}}, {"update level 2 3"}},
      {"update_if", {"owners", {"me"}, nobody}, false, {{"color", ""}, {"level", 3}}, {}},
      {"erase", {"level"}, true, {{"color", ""}}, {"remove level 3"}},
      {"erase", {"level"}, false, {{"color", ""}}, {}},
      {"clear", {}, 1, nothing, {"clear"}},
      {"clear", {}, 0, nothing, {"clear"}},
  };
}

/// Several fields at once.
std::vector<step> instance_steps() {
  const auto red = lamp("red", 0, nobody);
  const auto blue = lamp("blue", 5, nobody);
  const auto owned = lamp("blue", 5, {"me"});
  return {
      {"set", {"level", 0}, nullptr, {{"level", 0}}, {"insert level 0"}},
      {"insert_instance",
       lamp("red", 9, nobody),
       {{"level", 0}},
       red,
       {R"(insert color "red")", "insert owners []"}},
      {"update_instance_if", {blue, owned}, false, red, {}},
      {"update_instance_if",
       {blue, red},
       true,
       blue,
       {R"(update color "red" "blue")", "update level 0 5"}},
      {"update_instance_if", {owned, blue}, true, owned, {R"(update owners [] ["me"])"}},
      {"update_instance_if", {red, blue}, false, owned, {}},
      {"set_instance",
       red,
       owned,
       red,
       {R"(update color "blue" "red")", "update level 5 0", R"(update owners ["me"] [])"}},
      {"clear", {}, 3, nothing, {"clear"}},
  };
}

} // namespace

TEMPLATE_TEST_CASE("manual: a record is created once for all, with its first values", "",
                   in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    const auto id = "lamp of " + from;
    const auto other = members::others_than(from).front();
    const auto first =
        all.open(from, "record", id, {{"initial", lamp("red", 0, nobody)}, {"create", true}});
    CHECK(first("ready") == false);
    bool existed = false;
    const auto second =
        all.open(other, "record", id, {{"initial", lamp("blue", 1, nobody)}}, &existed);
    CHECK(existed);
    CHECK(second.comes_to(lamp("red", 0, nobody), "content"));
    all.open(other, "record", id + " too", {}, &existed);
    CHECK(!existed);
    CHECK(all.refusal(other, "open", {{"kind", "queue"}, {"id", id}}) == "kind_mismatch");
    CHECK(all.ask(from, "storages")[id] == "record");
  }
}

TEMPLATE_TEST_CASE("manual: every write of a field of a record is told on all members", "",
                   in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles())
    all.everywhere("record", "lamp of " + from).walk(from, field_steps());
}

TEMPLATE_TEST_CASE("manual: several fields of a record change together or not at all", "",
                   in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles())
    all.everywhere("record", "lamp of " + from).walk(from, instance_steps());
}

TEMPLATE_TEST_CASE("manual: a record is read by its fields, and as an instance", "", in_one_process,
                   in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    auto lamps = all.everywhere("record", "lamp of " + from);
    const auto& here = lamps.at(from);
    CHECK(here("get", {"level"}) == nullptr);
    CHECK(here("contains", {"level"}) == false);
    CHECK(here("instance") == lamp("white", 0, nobody)); // as a fresh one
    here("set", {"level", 0});
    for (const auto& name : members::names()) {
      const auto& there = lamps.at(name);
      CHECK(there.comes_to(0, "get", {"level"}));
      CHECK(there("contains", {"level"}) == true);
      CHECK(there("contains", {"color"}) == false);
      CHECK(there("instance") == lamp("white", 0, nobody));
      CHECK(there("fields") == json{"level"});
      CHECK(there("size") == 1);
    }
  }
}

TEMPLATE_TEST_CASE("manual: a record of JSON has any fields, and null is a value", "",
                   in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles())
    all.everywhere("json record", "flags of " + from, {{"initial", {{"dark", nullptr}}}})
        .walk(from, {{"get", {"dark"}, json::array({nullptr}), {{"dark", nullptr}}, {}},
                     {"get", {"light"}, nobody, {{"dark", nullptr}}, {}},
                     {"set",
                      {"dark", false},
                      json::array({nullptr}),
                      {{"dark", false}},
                      {"update dark null false"}},
                     {"insert", {"dark", 1}, json::array({false}), {{"dark", false}}, {}},
                     {"update_if", {"dark", 1, true}, false, {{"dark", false}}, {}},
                     {"update_instance_if",
                      {{{"dark", 1}, {"x", {1, "two"}}}, {{"dark", false}}},
                      true,
                      {{"dark", 1}, {"x", {1, "two"}}},
                      {"update dark false 1", R"(insert x [1,"two"])"}},
                     {"erase", {"dark"}, true, {{"x", {1, "two"}}}, {"remove dark 1"}},
                     {"clear", {}, 1, nothing, {"clear"}}});
}

TEMPLATE_TEST_CASE("manual: each field of a record may have a codec of its own", "", in_one_process,
                   in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    const auto id = "lamp of " + from;
    const auto other = members::others_than(from).front();
    // All fields are JSON but the level, which is in binary: 7, zigzagged, is 14, a control
    // character and no JSON.
    const auto lamps = all.open(from, "text record", id);
    lamps("set_instance", lamp("red", 7, {"me"}));
    CHECK(lamps("content") == lamp("red", 7, {"me"}));
    const auto as_json = all.open(other, "json record", id);
    CHECK(as_json.comes_to({"red"}, "get", {"color"}));
    CHECK(as_json("get", {"owners"}) == json::array({{"me"}}));
    CHECK(as_json.refusal("get", {"level"}) == "bad_value");
  }
}

TEMPLATE_TEST_CASE("manual: a map has entries of one type, a record a few fields of their own", "",
                   in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    auto users = all.everywhere("map", "users of " + from);
    auto settings = all.everywhere("record", "settings of " + from);
    users.at(from)("set", {"any key", "text"});
    users.at(from)("set", {"any other", "text"});
    settings.at(from)("set", {"level", 1});
    settings.at(from)("set", {"owners", {"me", "you"}});
    CHECK(users.have({{"any key", "text"}, {"any other", "text"}}));
    CHECK(settings.have({{"level", 1}, {"owners", {"me", "you"}}}));
    CHECK(all.refusal(from, "open", {{"kind", "record"}, {"id", "users of " + from}})
          == "kind_mismatch");
  }
}

TEMPLATE_TEST_CASE("manual: subscribers of a record hear that it is closed here, or replaced", "",
                   in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    auto lamps = all.everywhere("record", "lamp of " + from);
    const auto& here = lamps.at(from);
    here("set", {"level", 1});
    here("import_snapshot", json::array({here("export_snapshot")}));
    CHECK(here.has_told({"insert level 1", "resync"}));
    here("close");
    CHECK(here.has_told({"insert level 1", "resync", "close"}));
    CHECK(here.refusal("set", {"level", 2}) == "closed");
    const auto& other = lamps.at(members::others_than(from).back());
    CHECK(other.comes_to({{"level", 1}}, "content"));
    CHECK(other("set", {"level", 2}) == 1); // it goes on for the others
    CHECK(all.open(from, "record", "lamp of " + from).comes_to({{"level", 2}}, "content"));
  }
}

} // namespace hamok::test
