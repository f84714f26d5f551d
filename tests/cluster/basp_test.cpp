#include "hamok/tests/cluster/cluster.hpp"

namespace hamok::test {

TEST_CASE("an actor system that is no member uses a map over BASP") {
  cluster all{transport::broker, 3};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  const auto local = must(all.at("b").get_or_create_map<std::string, int>("numbers"));
  const auto port = must(all.system().middleman().publish(local.actor(), 0, "127.0.0.1", true));

  caf::actor_system_config settings;
  settings.load<caf::io::middleman>();
  caf::actor_system elsewhere{settings};
  const auto handle = must(elsewhere.middleman().remote_actor<collection_actor>("127.0.0.1", port));
  const map_handle<std::string, int> remote{handle};
  std::optional<int> previous;
  std::optional<int> present;
  caf::error problem;
  auto keep_error = [&](const caf::error& reason) { problem = reason; };
  caf::scoped_actor self{elsewhere};
  remote.set(self, "x", 1).receive([&](std::optional<int>) {}, keep_error);
  remote.set(self, "x", 2).receive([&](std::optional<int> value) { previous = value; }, keep_error);
  remote.get(self, "x").receive([&](std::optional<int> value) { present = value; }, keep_error);
  INFO(to_string(problem));
  CHECK(!problem);
  CHECK(previous == 1);
  CHECK(present == 2);
  CHECK(must(local.get("x")) == 2);
  all.system().middleman().unpublish(local.actor(), port);
}

} // namespace hamok::test
