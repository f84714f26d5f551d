// What the manual says of every collection, on a cluster of three.

#include "hamok/collections/json_codec.hpp"
#include "hamok/tests/manual/in_one_process.hpp"
#include "hamok/tests/manual/in_three_processes.hpp"
#include "hamok/tests/manual/manual.hpp"

namespace hamok::test {

namespace {

const covers_everywhere ids{"collection one id is one kind", "collection id", "collection status"};
const covers handles{"collection actor"};
const covers_everywhere lives{"collection ready", "collection close", "collection closed",
                              "collection late creation catches up"};
const covers_everywhere contents{"collection export_snapshot", "collection import_snapshot"};
const covers_everywhere limits{"collection request_timeout", "collection max_message_entries",
                               "collection max_message_bytes"};
const covers_everywhere codecs{"collection codecs"};

/// A collection of each kind, and something to write into it.
struct sample {
  std::string kind;
  std::string call;
  json with;
  json content;
};

const std::vector<sample> samples{
    {"map", "set", {"x", ""}, {{"x", ""}}},
    {"queue", "push", {"x"}, {"x"}},
    {"record", "set", {"level", 0}, {{"level", 0}}},
    {"json record", "set", {"x", nullptr}, {{"x", nullptr}}},
    {"text record", "set", {"color", ""}, {{"color", ""}}},
};

/// A type of the user's own.
struct person {
  std::string name;
  int age = 0;
  friend bool operator==(const person&, const person&) = default;
};

template <class Inspector>
bool inspect(Inspector& f, person& x) {
  return f.object(x).fields(f.field("name", x.name), f.field("age", x.age));
}

} // namespace

TEST_CASE("manual: a collection is an actor, which is found by its id") {
  three_members all;
  auto users = must(all.at("a").get_or_create_map<std::string, int>("users"));
  CHECK(users.actor() == must(all.at("a").find_collection("users")));
  const auto other = all.at("a").open_collection({"users", "restore", {}, {}});
  REQUIRE(!other);
  CHECK(other.error() == errc::kind_mismatch);
}

TEMPLATE_TEST_CASE("manual: an id is one kind of collection, which is ready once it is created", "",
                   in_one_process, in_three_processes) {
  TestType all;
  const auto from = all.follower();
  for (const auto& one : samples) {
    INFO(one.kind);
    const auto id = "of " + one.kind;
    const auto opened = all.open(from, one.kind, id, {{"create", true}});
    CHECK(opened("ready") == false); // it did not exist before
    CHECK(opened("id") == id);
    CHECK(opened("status")["name"] == id);
    CHECK(opened("status")["size"] == 0);
    const auto kind = all.ask(from, "storages")[id];
    CHECK(opened("status")["kind"] == kind);
    for (const auto& other : samples)
      for (const auto& member : all.both_roles())
        if (all.ask(from, "storages")["of " + other.kind].is_string()
            && all.ask(from, "storages")["of " + other.kind] != kind)
          CHECK(all.refusal(member, "open", {{"kind", other.kind}, {"id", id}}) == "kind_mismatch");
  }
}

TEMPLATE_TEST_CASE("manual: a collection that is opened late catches up, deletes included", "",
                   in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    const auto late = members::others_than(from).back();
    for (const auto& one : samples) {
      INFO(one.kind);
      const auto id = one.kind + " of " + from;
      const auto first = all.open(from, one.kind, id);
      for (int i = 0; i < 20; ++i)
        first(one.call, one.with);
      first("clear");
      first(one.call, one.with);
      CHECK(all.open(late, one.kind, id).comes_to(one.content, "content"));
    }
  }
}

TEMPLATE_TEST_CASE("manual: a collection is closed on one member, and goes on for the others", "",
                   in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles())
    for (const auto& one : samples) {
      INFO(one.kind);
      auto opened = all.everywhere(one.kind, one.kind + " of " + from);
      const auto& here = opened.at(from);
      CHECK(here("closed") == false);
      here("close");
      CHECK(here.comes_to(true, "closed"));
      CHECK(here.refusal(one.call, one.with) == "closed");
      opened.at(members::others_than(from).back())(one.call, one.with);
      const auto again = all.open(from, one.kind, one.kind + " of " + from);
      CHECK(again("closed") == false);
      CHECK(again.comes_to(one.content, "content"));
    }
}

TEMPLATE_TEST_CASE("manual: the content of a collection goes out and comes in", "", in_one_process,
                   in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles())
    for (const auto& one : samples) {
      INFO(one.kind);
      auto opened = all.everywhere(one.kind, one.kind + " of " + from);
      const auto& here = opened.at(from);
      const auto empty_content = here("content");
      const auto nothing = here("export_snapshot");
      here(one.call, one.with);
      const auto something = here("export_snapshot");
      here("import_snapshot", json::array({nothing}));
      CHECK(opened.have(empty_content));
      here("import_snapshot", json::array({something}));
      CHECK(opened.have(one.content));
      CHECK(all.converge(one.kind + " of " + from));
    }
}

TEMPLATE_TEST_CASE("manual: a collection has a timeout and limits of messages of its own", "",
                   in_one_process, in_three_processes) {
  TestType all;
  const auto from = all.follower();
  auto users = all.everywhere(
      "map", "users",
      {{"request_timeout", 300}, {"max_message_entries", 2}, {"max_message_bytes", 1024}});
  const auto& here = users.at(from);
  auto batch = json::object();
  for (int i = 0; i < 10; ++i)
    batch["key" + std::to_string(i)] = std::string(1000, 'x');
  const auto set = [&](const std::string& call, const json& with) {
    return here.refusal(call, with).empty(); // the time is short: it may have to be done again
  };
  REQUIRE(eventually([&] { return set("set_all", batch); })); // in parts, and applied as a whole
  CHECK(users.have(batch));
  batch["at the limit"] = std::string(1024, 'x');
  batch["above"] = std::string(5000, 'x');
  for (const auto* key : {"at the limit", "above"})
    REQUIRE(eventually([&] { return set("set", {key, batch[key]}); }));
  CHECK(users.have(batch));
  for (const auto& name : members::others_than(from))
    all.kill(name);
  const auto began = std::chrono::steady_clock::now();
  CHECK(!here.refusal("set", {"x", "1"}).empty());
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{4}); // not the node's 5 s
}

TEST_CASE("manual: values are the user's types, as bytes or as JSON") {
  three_members all;
  const person alice{"Alice", 42};
  auto people = must(all.at("a").get_or_create_map<std::string, person>("people"));
  must(people.set("alice", alice, deadline).get());
  CHECK(must(people.get("alice")) == alice);
  auto readable = must(
      (all.at("b").get_or_create_map<std::string, person, codec<std::string>, json_codec<person>>(
          "readable")));
  must(readable.set("alice", alice, deadline).get());
  auto as_text = must(all.at("b").get_or_create_map<std::string, std::string>("readable"));
  CHECK(must(as_text.get("alice")) == R"({"name":"Alice","age":42})");
}

} // namespace hamok::test
