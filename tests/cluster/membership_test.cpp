#include "hamok/tests/cluster/cluster.hpp"
#include "hamok/tests/failing_storage.hpp"

#include <algorithm>

namespace hamok::test {

namespace {

/// Position of the first line that starts with `prefix`; the number of lines when there is none.
std::size_t position(const std::vector<std::string>& lines, const std::string& prefix) {
  return static_cast<std::size_t>(
      std::find_if(lines.begin(), lines.end(),
                   [&](const std::string& line) { return line.starts_with(prefix); })
      - lines.begin());
}

} // namespace

TEST_CASE("the events of a leader come in the order of the manual") {
  cluster all{transport::local, 3};
  all.start_all();
  const auto leader = all.agreed_leader();
  REQUIRE(!leader.empty());
  REQUIRE(all.log(leader).wait_for("commit"));
  CHECK(!all.at(leader).stop());
  REQUIRE(all.log(leader).wait_for("stopped"));
  CHECK(!all.at(leader).close());
  REQUIRE(all.log(leader).wait_for("closed"));
  const auto lines = all.log(leader).lines();
  const std::vector<std::string> order{"started",
                                       "hello-notification",
                                       "remote-peer-joined",
                                       "follower",
                                       "candidate",
                                       "state-changed now=candidate before=follower",
                                       "leader",
                                       "state-changed now=leader before=candidate",
                                       "leader-changed now=\"" + leader,
                                       "commit index=",
                                       "remote-peer-left",
                                       "stopped",
                                       "closed"};
  std::size_t last = 0;
  for (const auto& prefix : order) {
    INFO(prefix);
    const auto at = position(lines, prefix);
    REQUIRE(at < lines.size());
    CHECK(at >= last);
    last = at;
  }
}

TEST_CASE("heartbeats and messages are told to those who ask for them") {
  cluster all{transport::local, 3};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  std::atomic<int> beats{0};
  std::atomic<int> in{0};
  std::atomic<int> out{0};
  auto& member = all.at("a");
  auto on_beat = member.on<event::heartbeat>([&](const event::heartbeat&) { ++beats; });
  auto on_message = member.on<event::message>(
      [&](const event::message& x) { ++(x.way == event::direction::in ? in : out); });
  CHECK(eventually([&] { return beats > 1 && in > 1 && out > 1; }));
  on_beat.cancel();
  on_message.cancel();
  all.remove("a");
}

TEST_CASE("app data is told in the hello") {
  cluster all{transport::broker, 2, [](node_config& config) {
                config.app_data = R"({"zone": "z)" + config.peer_id + R"("})";
              }};
  all.start_all();
  CHECK(all.log("a").wait_for(R"(hello-notification id="b" app-data={"zone": "zb"})"));
  CHECK(all.log("b").wait_for(R"(hello-notification id="a" app-data={"zone": "za"})"));
}

TEST_CASE("a member that is gone is reported as left") {
  cluster all{transport::broker, 3};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  all.remove("c");
  CHECK(all.log("a").wait_for("remote-peer-left id=\"c\""));
  CHECK(all.log("b").wait_for("remote-peer-left id=\"c\""));
}

TEST_CASE("a restarted memory member comes back by itself, as another life in place of the old") {
  for (const auto kind : {transport::local, transport::broker}) {
    cluster all{kind, 3};
    all.start_all();
    REQUIRE(!all.agreed_leader().empty());
    const auto numbers = must(all.at("a").get_or_create_map<std::string, int>("numbers"));
    must(numbers.set("x", 1, deadline).get());
    const auto before = must(all.at("c").status()).incarnation;
    const auto times_joined = [&all] { // in both lives: there is one log of them
      return std::ranges::count_if(
          all.log("c").lines(), [](const std::string& line) { return line.starts_with("joined"); });
    };
    const auto joined_before = times_joined();
    all.remove("c");
    REQUIRE(all.log("a").wait_for("remote-peer-left id=\"c\""));
    auto& again = all.spawn("c");
    CHECK(all.log("c").wait_for("rejoining"));
    REQUIRE(eventually([&] { return times_joined() > joined_before; }));
    CHECK(must(again.status()).incarnation != before);
    CHECK(!must(again.wait_until_leader(deadline)).empty());
    CHECK(all.converge("numbers"));
    // It counts: without another member, the two that are left go on.
    all.remove("b");
    must(must(again.get_or_create_map<std::string, int>("numbers")).set("y", 2, deadline).get());
  }
}

TEST_CASE("a second member under a taken name is refused by name") {
  cluster all{transport::broker, 3};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  auto config = all.config_of("c");
  config.listen = "127.0.0.1:0";
  event_log seen;
  auto twin = must(spawn_node(all.system(), config));
  auto subscription = twin.on_any([&](const any_event& value) { seen.add(value); });
  REQUIRE(twin.start() == caf::error{});
  CHECK(seen.wait_for("error code=refused_name_taken"));
  CHECK(twin.leader_id().empty());
  CHECK(!twin.close());
  subscription.cancel();
}

TEST_CASE("a member of another cluster is refused by name") {
  cluster all{transport::broker, 2};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  auto config = all.config_of("a");
  config.peer_id = "x";
  config.listen = "127.0.0.1:0";
  config.initial_members.push_back({"x", "127.0.0.1:1"});
  config.cluster = "elsewhere";
  event_log seen;
  auto foreigner = must(spawn_node(all.system(), config));
  const auto subscription = foreigner.on_any([&](const any_event& value) { seen.add(value); });
  REQUIRE(foreigner.start() == caf::error{});
  CHECK(seen.wait_for("error code=refused_cluster"));
  CHECK(!foreigner.close());
  subscription.cancel();
}

TEST_CASE("a stopped node can start again and comes back under the same life") {
  cluster all{transport::broker, 3};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  const auto life = must(all.at("b").status()).incarnation;
  REQUIRE(all.at("b").stop() == caf::error{});
  CHECK(!all.at("b").running());
  REQUIRE(all.at("b").start() == caf::error{});
  CHECK(!all.agreed_leader().empty());
  CHECK(must(all.at("b").status()).incarnation == life);
}

TEST_CASE("a member that cannot save its founding does not start, and can be started again") {
  cluster all{transport::local, 1};
  auto storage = std::make_shared<failing_storage>();
  storage->failing_base = true;
  node_parts parts;
  parts.network = all.network();
  parts.storage = storage;
  auto config = all.config_of("a");
  config.auto_start = false;
  auto member = must(spawn_node(all.system(), config, std::move(parts)));
  CHECK(member.start() == errc::storage_failed);
  storage->failing_base = false;
  CHECK(member.start() == caf::error{});
  CHECK(must(member.wait_until_leader(deadline)) == "a");
}

TEST_CASE("a facade that outlives its node says at once that the node has stopped") {
  cluster all{transport::local, 1};
  all.start_all();
  const auto users = must(all.at("a").create_map<std::string, int>("users"));
  must(users.set("x", 1).get());
  all.remove("a");
  const auto before = std::chrono::steady_clock::now();
  const auto refused = users.set("x", 2, deadline).get();
  REQUIRE(!refused);
  CHECK(refused.error() == errc::stopped);
  CHECK(std::chrono::steady_clock::now() - before < deadline / 4);
}

TEST_CASE("add_remote_peer extends the founding list before start") {
  init();
  caf::actor_system_config settings;
  caf::actor_system system{settings};
  std::vector<node> nodes;
  for (const auto* name : {"a", "b"}) {
    node_config config;
    config.peer_id = name;
    config.link = link_kind::local;
    config.request_timeout = std::chrono::milliseconds{500};
    config.auto_start = false;
    nodes.push_back(must(spawn_node(system, config)));
  }
  REQUIRE(nodes[0].add_remote_peer("b") == caf::error{});
  REQUIRE(nodes[1].add_remote_peer("a") == caf::error{});
  for (auto& one : nodes)
    REQUIRE(one.start() == caf::error{});
  CHECK(!must(nodes[0].wait_until_leader(deadline)).empty());
  CHECK(nodes[0].add_remote_peer("c") == errc::membership_refused); // nobody has met it
  CHECK(nodes[0].remote_peer_ids() == std::vector<std::string>{"b"});
}

TEST_CASE("the status of a node tells members, links and collections") {
  cluster all{transport::broker, 3};
  all.start_all();
  REQUIRE(!all.agreed_leader().empty());
  must(all.at("a").get_or_create_map<std::string, int>("numbers"));
  REQUIRE(eventually([&] {
    const auto status = must(all.at("a").status());
    return status.members.size() == 3 && status.collections.size() == 1
           && std::count_if(status.members.begin(), status.members.end(), [](const auto& x) {
                return x.linked;
              }) == 2;
  }));
  const auto status = must(all.at("a").status());
  CHECK(status.peer_id == "a");
  CHECK(status.running);
  CHECK(!status.cluster_id.none());
  CHECK(status.view.members.voters.size() == 3);
  CHECK(status.listening == all.at("a").listening());
  CHECK(all.at("a").port() != 0);
  for (const auto& member : status.members) {
    CHECK(member.voter);
    CHECK(!member.endpoint.empty());
  }
}

} // namespace hamok::test
