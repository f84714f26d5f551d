// What the manual says of every collection, on a cluster of three.

#include "hamok/collections/json_codec.hpp"
#include "hamok/tests/manual/manual.hpp"

namespace hamok::test {

namespace {

const covers ids{"collection one id is one kind", "collection id", "collection actor",
                 "collection status"};
const covers lives{"collection ready", "collection close", "collection closed",
                   "collection late creation catches up"};
const covers contents{"collection export_snapshot", "collection import_snapshot"};
const covers limits{"collection request_timeout", "collection max_message_entries",
                    "collection max_message_bytes"};
const covers codecs{"collection codecs"};

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

TEST_CASE("manual: an id is one kind of collection, with a handle and a status") {
  three_members all;
  auto users = must(all.at("a").get_or_create_map<std::string, int>("users"));
  CHECK(users.id() == "users");
  CHECK(users.actor() == must(all.at("a").find_collection("users")));
  const auto status = must(users.status());
  CHECK(status.name == "users");
  CHECK(status.kind == "map");
  CHECK(status.size == 0);
  const auto other = all.at("a").open_collection({"users", "restore", {}, {}});
  REQUIRE(!other);
  CHECK(other.error() == errc::kind_mismatch);
}

TEST_CASE("manual: a collection is ready once created, catches up when late, and can be closed") {
  three_members all;
  auto users = must(all.at("a").create_map<std::string, int>("users"));
  REQUIRE(users.await_ready(deadline));
  for (int i = 0; i < 100; ++i)
    must(users.set("key" + std::to_string(i % 10), i, deadline).get());
  must(users.remove("key0", deadline).get());
  auto late = must(all.at("c").get_or_create_map<std::string, int>("users"));
  REQUIRE(all.at("c").wait_until_commit_head(deadline));
  CHECK(late.size() == 9);
  CHECK(!late.contains("key0")); // what was deleted stays deleted
  CHECK(!users.closed());
  users.close();
  CHECK(eventually([&] { return users.closed(); }));
  const auto refused = users.set("x", 1).get();
  REQUIRE(!refused);
  CHECK(refused.error() == errc::closed);
  must(late.set("x", 1, deadline).get()); // it goes on for the others
  auto again = must(all.at("a").get_or_create_map<std::string, int>("users"));
  CHECK(!again.closed());
  CHECK(eventually([&] { return must(again.get("x")) == 1; }));
}

TEST_CASE("manual: the content of a collection goes out and comes in") {
  three_members all;
  auto users = must(all.at("a").get_or_create_map<std::string, int>("users"));
  const auto nothing = must(users.export_snapshot(deadline));
  must(users.set("x", 1, deadline).get());
  const auto one = must(users.export_snapshot(deadline));
  REQUIRE(users.import_snapshot(nothing, deadline) == caf::error{});
  CHECK(users.empty());
  REQUIRE(users.import_snapshot(one, deadline) == caf::error{});
  CHECK(must(users.get("x")) == 1);
  CHECK(all.converge("users"));
}

TEST_CASE("manual: a collection has a timeout and limits of messages of its own") {
  three_members all;
  map_options<std::string> options;
  options.request_timeout = std::chrono::milliseconds{300};
  options.max_message_entries = 2;
  options.max_message_bytes = 1024;
  auto users =
      must(all.at(all.followers[0])
               .get_or_create_map<std::string, std::string>("users", nullptr, {}, options));
  std::vector<std::pair<std::string, std::string>> batch;
  for (int i = 0; i < 10; ++i)
    batch.emplace_back("key" + std::to_string(i), std::string(1000, 'x'));
  must(users.set_all(batch, deadline).get()); // split on the wire, applied as a whole
  CHECK(users.size() == 10);
  must(users.set("at the limit", std::string(1024, 'x'), deadline).get());
  must(users.set("above", std::string(5000, 'x'), deadline).get());
  const auto there = all.followers[0];
  for (const auto& name : all.names())
    if (name != there)
      all.remove(name);
  const auto began = std::chrono::steady_clock::now();
  const auto failed = users.set("x", "1").get();
  REQUIRE(!failed);
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
