#include "hamok/tests/cluster/cluster.hpp"

#include <thread>

namespace hamok::test {

namespace {

using number_map = map<std::string, int>;

number_map open_on(cluster& all, const std::string& name) {
  return must(all.at(name).create_map<std::string, int>("numbers"));
}

void write_through_all_and_read_everywhere(cluster& all) {
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  int value = 0;
  for (const auto& name : all.names()) {
    const auto map = open_on(all, name);
    CHECK(must(map.set("by " + name, ++value).get()) == std::nullopt);
    CHECK(must(map.set("shared", value).get())
          == (value == 1 ? std::nullopt : std::optional{value - 1}));
    // A member that has acknowledged a write shows it at once.
    CHECK(must(map.get("shared")) == value);
  }
  for (const auto& name : all.names()) {
    const auto map = open_on(all, name);
    CHECK(eventually([&] { return map.size() == all.names().size() + 1; }));
    CHECK(eventually([&] { return must(map.get("shared")) == value; }));
  }
  CHECK(all.converge("numbers"));
}

} // namespace

TEST_CASE("a map of a node alone works") {
  cluster all{transport::local, 1};
  write_through_all_and_read_everywhere(all);
}

TEST_CASE("a write through any of three members over local links is seen on all") {
  cluster all{transport::local, 3};
  write_through_all_and_read_everywhere(all);
}

TEST_CASE("a write through any of three members over broker links is seen on all") {
  cluster all{transport::broker, 3};
  write_through_all_and_read_everywhere(all);
}

TEST_CASE("a write through any of five members over broker links is seen on all") {
  cluster all{transport::broker, 5};
  write_through_all_and_read_everywhere(all);
}

TEST_CASE("a map that is created before there is a leader waits for one") {
  cluster all{transport::local, 3};
  all.spawn("a");
  const auto map = open_on(all, "a");
  auto answer = map.set("early", 1);
  all.spawn("b");
  all.spawn("c");
  CHECK(must(answer.get()) == std::nullopt);
  CHECK(must(map.get("early")) == 1);
}

TEST_CASE("get_or_create tells whether a map existed") {
  cluster all{transport::local, 3};
  all.start_all();
  bool existed = true;
  must(all.at("a").get_or_create_map<std::string, int>("numbers", &existed));
  CHECK(!existed);
  REQUIRE(eventually([&] { return static_cast<bool>(all.at("b").find_collection("numbers")); }));
  must(all.at("b").get_or_create_map<std::string, int>("numbers", &existed));
  CHECK(existed);
}

TEST_CASE("an id cannot be two kinds of collection") {
  cluster all{transport::local, 3};
  all.start_all();
  must(all.at("a").get_or_create_map<std::string, int>("numbers"));
  state_registry::instance().add("other", [] { return state_registry::instance().make("map"); });
  for (const auto& name : all.names()) {
    REQUIRE(eventually([&] { return static_cast<bool>(all.at(name).find_collection("numbers")); }));
    auto refused = all.at(name).open_collection({"numbers", "other", {}, {}});
    REQUIRE(!refused);
    CHECK(refused.error() == errc::kind_mismatch);
  }
  auto unknown = all.at("a").find_collection("letters");
  REQUIRE(!unknown);
  CHECK(unknown.error() == errc::unknown_collection);
}

TEST_CASE("actors use a map as plain threads do") {
  cluster all{transport::local, 3};
  all.start_all();
  const auto map = open_on(all, "b");
  caf::scoped_actor self{all.system()};
  auto answered = std::make_shared<std::atomic<int>>(0);
  all.system().spawn([map, answered](caf::event_based_actor* user) {
    map.set(user, "x", 1)
        .then(
            [user, map, answered](std::optional<int>) {
              map.get(user, "x").then([answered](std::optional<int> value) { *answered = *value; },
                                      [answered](const caf::error&) { *answered = -1; });
            },
            [answered](const caf::error&) { *answered = -2; });
  });
  CHECK(eventually([&] { return *answered != 0; }));
  CHECK(*answered == 1);
}

} // namespace hamok::test
