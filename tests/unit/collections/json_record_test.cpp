// The facade of a record of JSON: for threads, for actors, with its events.

#include "hamok/collections/json_record.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"
#include "hamok/tests/unit/collections/record_structs.hpp"

#include <future>

namespace hamok::state_test {

namespace {

using nlohmann::json;
using lines = std::vector<std::string>;

/// The text of an optional value; Catch would take the JSON apart.
std::string text(const caf::expected<std::optional<json>>& value) {
  if (!value)
    return to_string(value.error());
  return *value ? (*value)->dump() : "none";
}

std::string text(const caf::expected<json>& value) {
  return value ? value->dump() : to_string(value.error());
}

/// A port is a number as a struct writes it; all other fields are JSON.
struct mixed_fields {
  static bool encode(std::string_view field, const json& value, std::vector<std::byte>& out) {
    return field == "port" ? json_field_as<int>::encode(value, out)
                           : json_field::encode(value, out);
  }
  static bool decode(std::string_view field, std::span<const std::byte> bytes, json& out) {
    return field == "port" ? json_field_as<int>::decode(bytes, out)
                           : json_field::decode(bytes, out);
  }
};

struct json_cluster : fake_cluster {
  json_cluster() : fake_cluster(1, "record") {}

  template <class... Codecs>
  record<json, Codecs...> open() {
    return {"c", members[0].actor, members[0].access};
  }
};

} // namespace

TEST_CASE("threads have every operation of a record of JSON") {
  json_cluster cluster;
  auto rec = cluster.open();
  CHECK(rec.empty());
  CHECK(text(rec.instance()) == "{}");
  CHECK(text(rec.get("a")) == "none");
  CHECK(text(rec.set("a", 1).get()) == "none");
  CHECK(text(rec.set("a", {{"x", {1, 2}}}).get()) == "1");
  CHECK(text(rec.insert("a", 3).get()) == R"({"x":[1,2]})");
  CHECK(text(rec.insert("b", "two").get()) == "none");
  CHECK(*rec.update_if("b", 2, "two").get());
  CHECK_FALSE(*rec.update_if("b", 3, "two").get());
  CHECK(text(rec.get("b")) == "2");
  CHECK(rec.contains("b"));
  CHECK_FALSE(rec.contains("c"));
  CHECK(rec.fields() == lines{"a", "b"});
  CHECK(text(rec.instance()) == R"({"a":{"x":[1,2]},"b":2})");
  CHECK(*rec.erase("a").get());
  CHECK_FALSE(*rec.erase("a").get());
  CHECK(rec.size() == 1);
  CHECK(*rec.clear().get() == 1);
  CHECK(rec.empty());
}

TEST_CASE("every falsy JSON value is a value, and an absent field has none") {
  json_cluster cluster;
  auto rec = cluster.open();
  const json falsy{{"zero", 0}, {"empty", ""}, {"no", false}, {"null", nullptr}, {"", {}}};
  for (const auto& [field, value] : falsy.items()) {
    CHECK_FALSE(*rec.update_if(field, 1, value).get());
    CHECK(text(rec.set(field, value).get()) == "none");
    CHECK(text(rec.insert(field, 1).get()) == value.dump());
    CHECK(*rec.update_if(field, value, value).get());
    CHECK(text(rec.get(field)) == value.dump());
  }
  CHECK(text(rec.instance()) == falsy.dump());
}

TEST_CASE("whole JSON objects are set, inserted and changed together") {
  json_cluster cluster;
  auto rec = cluster.open();
  CHECK(text(rec.insert_instance({{"a", 1}, {"b", nullptr}}).get()) == "{}");
  CHECK(text(rec.insert_instance({{"b", 2}, {"c", 3}}).get()) == R"({"b":null})");
  CHECK(text(rec.set_instance({{"c", 4}, {"d", 5}}).get()) == R"({"c":3})");
  CHECK(text(rec.instance()) == R"({"a":1,"b":null,"c":4,"d":5})");
  // What is in the old one is compared, what differs in the new one is written.
  CHECK(*rec.update_instance_if({{"a", 2}, {"c", 4}, {"e", 6}}, {{"a", 1}, {"b", nullptr}}).get());
  CHECK(text(rec.instance()) == R"({"a":2,"b":null,"c":4,"d":5,"e":6})");
  CHECK_FALSE(*rec.update_instance_if({{"a", 3}}, {{"a", 2}, {"x", nullptr}}).get());
  CHECK_FALSE(*rec.update_instance_if({{"a", 3}}, {{"a", 2}, {"c", 5}}).get());
  CHECK(text(rec.get("a")) == "2");
  CHECK(*rec.update_instance_if({{"a", 3}}, json::object()).get());
  CHECK(text(rec.get("a")) == "3");
}

TEST_CASE("what is no object of fields is refused by a record of JSON") {
  json_cluster cluster;
  auto rec = cluster.open();
  CHECK(code_of(rec.set_instance(json::array({1})).get()) == errc::bad_value);
  CHECK(code_of(rec.insert_instance(nullptr).get()) == errc::bad_value);
  CHECK(code_of(rec.update_instance_if(json::object(), 1).get()) == errc::bad_value);
  CHECK(code_of(rec.set("bad \xff name", 1).get()) == errc::bad_value);
  CHECK(code_of(rec.set("a", "bad \xff text").get()) == errc::bad_value);
  auto raw = cluster.map_of(0);
  REQUIRE(raw.set("a", "{").get());
  CHECK(code_of(rec.get("a")) == errc::bad_value);
  CHECK(code_of(rec.instance()) == errc::bad_value);
  CHECK(rec.empty() == false);
}

TEST_CASE("a record of JSON reads what one of a struct has written, field by field") {
  json_cluster cluster;
  auto rec = cluster.open<mixed_fields>();
  const record<settings, every_field<json_codec>, field_codec<&settings::port, codec<int>>> typed{
      "c", cluster.members[0].actor, cluster.members[0].access};
  REQUIRE(typed.set<&settings::port>(-1).get());
  REQUIRE(typed.set<&settings::host>("x").get());
  CHECK(text(rec.instance()) == R"({"host":"x","port":-1})");
  CHECK(text(rec.set("port", 7).get()) == "-1");
  CHECK(*rec.update_instance_if({{"port", 8}, {"host", "y"}}, {{"port", 7}, {"host", "x"}}).get());
  CHECK(typed.instance()->port == 8);
  CHECK(typed.instance()->host == "y");
  CHECK(code_of(rec.set("port", "no number").get()) == errc::bad_value);
  CHECK(code_of(rec.set("port", 1.5).get()) == errc::bad_value);
}

TEST_CASE("a record of JSON tells what happens to its fields") {
  std::promise<std::string> inserted;
  std::promise<std::string> updated;
  std::promise<std::string> removed;
  std::promise<void> cleared;
  json_cluster cluster;
  auto rec = cluster.open();
  std::vector<collection_subscription> all{
      rec.on_insert([&](const std::string& field, const json& value) {
        inserted.set_value(field + value.dump());
      }),
      rec.on_update([&](const std::string& field, const json& old, const json& now) {
        updated.set_value(field + old.dump() + now.dump());
      }),
      rec.on_remove([&](const std::string& field, const json& old) {
        removed.set_value(field + old.dump());
      }),
      rec.on_clear([&] { cleared.set_value(); })};
  REQUIRE(rec.set("a", nullptr).get());
  REQUIRE(rec.set("a", false).get());
  REQUIRE(rec.erase("a").get());
  REQUIRE(rec.clear().get());
  const auto text_of = [](std::promise<std::string>& what) {
    auto future = what.get_future();
    return future.wait_for(seconds{20}) == std::future_status::ready ? future.get() : "nothing";
  };
  CHECK(text_of(inserted) == "anull");
  CHECK(text_of(updated) == "anullfalse");
  CHECK(text_of(removed) == "afalse");
  CHECK(cleared.get_future().wait_for(seconds{20}) == std::future_status::ready);
  for (auto& one : all)
    one.cancel();
}

TEST_CASE("actors have every operation of a record of JSON") {
  json_cluster cluster;
  const record_handle<json> handle{cluster.members[0].actor};
  caf::scoped_actor self{cluster.system()};
  const auto failed = [](const caf::error& reason) { FAIL(to_string(reason)); };
  std::string answer;
  const auto value = [&](const std::optional<json>& found) {
    answer = found ? found->dump() : "none";
  };
  const auto object = [&](const json& found) { answer = found.dump(); };
  const auto flag = [&](bool done) { answer = done ? "yes" : "no"; };
  handle.set(self, "a", 1).receive(value, failed);
  CHECK(answer == "none");
  handle.insert(self, "a", 2).receive(value, failed);
  CHECK(answer == "1");
  handle.update_if(self, "a", nullptr, 1).receive(flag, failed);
  CHECK(answer == "yes");
  handle.get(self, "a").receive(value, failed);
  CHECK(answer == "null");
  handle.contains(self, "b").receive(flag, failed);
  CHECK(answer == "no");
  handle.insert_instance(self, {{"a", 3}, {"b", 4}}).receive(object, failed);
  CHECK(answer == R"({"a":null})");
  handle.update_instance_if(self, {{"a", 5}}, {{"b", 4}}).receive(flag, failed);
  CHECK(answer == "yes");
  handle.set_instance(self, {{"b", 6}}).receive(object, failed);
  CHECK(answer == R"({"b":4})");
  handle.instance(self).receive(object, failed);
  CHECK(answer == R"({"a":5,"b":6})");
  handle.erase(self, "a").receive(flag, failed);
  CHECK(answer == "yes");
}

} // namespace hamok::state_test
