// The manual's options, on a cluster of three where that shows something.

#include "hamok/tests/manual/in_one_process.hpp"
#include "hamok/tests/manual/in_three_processes.hpp"
#include "hamok/tests/manual/manual.hpp"

#include <algorithm>

namespace hamok::test {

namespace {

const covers_everywhere given{"option cluster",
                              "option initial_members",
                              "option election_timeout",
                              "option follower_max_idle",
                              "option heartbeat",
                              "option only_follower",
                              "option log_entries_expiration_time",
                              "option log_max_entries",
                              "option log_max_bytes",
                              "option request_timeout",
                              "practice configure timeouts"};
const covers kinds{"option link", "option placement"};
const covers addresses{"option listen", "option advertise", "option allow_insecure"};
const covers ways_in{"option seeds", "option bootstrap_expect"};
const covers checks{"option validate", "trouble check the configuration"};

/// Whether a configuration is refused because of this option.
bool refused(const std::function<void(node_config&)>& adjust, const std::string& option) {
  node_config config;
  adjust(config);
  const auto problems = config.validate();
  return std::ranges::any_of(problems,
                             [&](const config_problem& one) { return one.option == option; });
}

} // namespace

TEMPLATE_TEST_CASE("manual: members are configured by options, and do as these say", "",
                   in_one_process, in_three_processes) {
  TestType all{members::options{{"cluster", "mine"},
                                {"election-timeout", "4s"},
                                {"follower-max-idle", "800ms"},
                                {"heartbeat", "100ms"},
                                {"c.only-follower", ""},
                                {"log-entries-expiration-time", "2min"},
                                {"log-max-entries", "1000"},
                                {"log-max-bytes", "1048576"},
                                {"request-timeout", "7s"},
                                {"max-message-entries", "16"},
                                {"max-message-bytes", "2048"}}};
  for (const auto& name : members::names()) {
    const auto seen = all.ask(name, "config");
    CHECK(seen["peer-id"] == name);
    CHECK(seen["cluster"] == "mine");
    CHECK(seen["initial-members"] == members::names());
    CHECK(seen["election-timeout"] == 4000);
    CHECK(seen["follower-max-idle"] == 800);
    CHECK(seen["heartbeat"] == 100);
    CHECK(seen["only-follower"] == (name == "c"));
    CHECK(seen["log-entries-expiration-time"] == 120'000);
    CHECK(seen["log-max-entries"] == 1000);
    CHECK(seen["log-max-bytes"] == 1'048'576);
    CHECK(seen["request-timeout"] == 7000);
    CHECK(seen["max-message-entries"] == 16);
    CHECK(seen["max-message-bytes"] == 2048);
    CHECK(all.ask(name, "status")["cluster"] == "mine");
  }
  CHECK(all.leader() != "c");
  for (const auto& from : all.both_roles()) { // a log that is cut short by itself
    auto users = all.everywhere("map", "users of " + from);
    users.at(from)("set", {"x", std::string(5000, 'x')});
    for (int i = 0; i < 1100; ++i)
      users.at(from)("set", {"x", std::to_string(i)});
    CHECK(users.have({{"x", "1099"}}));
  }
}

TEST_CASE("manual: members of the same name and list form a cluster, over every kind of link") {
  CHECK(node_config{}.cluster == "hamok");
  for (const auto kind : {transport::local, transport::broker}) {
    three_members all{[](node_config& config) { config.cluster = "mine"; }, kind};
    CHECK(must(all.at("a").status()).cluster == "mine");
    CHECK(must(all.at("a").export_snapshot()).cluster == "mine");
  }
  three_members scheduled{[](node_config& config) { config.placement = placement::scheduler; }};
  CHECK(scheduled.at("a").ready(deadline) == caf::error{});
  CHECK(refused([](node_config& x) { x.cluster.clear(); }, "cluster"));
}

TEST_CASE("manual: times decide how soon a leader is replaced, and who never leads") {
  CHECK(node_config{}.election_timeout == std::chrono::seconds{3});
  CHECK(node_config{}.follower_max_idle == std::chrono::milliseconds{500});
  CHECK(node_config{}.heartbeat == std::chrono::milliseconds{150});
  CHECK(!node_config{}.only_follower);
  CHECK(refused([](node_config& x) { x.heartbeat = x.follower_max_idle; }, "heartbeat"));
  CHECK(refused([](node_config& x) { x.election_timeout = std::chrono::milliseconds{1}; },
                "election-timeout"));
  CHECK(
      refused([](node_config& x) { x.follower_max_idle = caf::timespan{0}; }, "follower-max-idle"));
  three_members all{[](node_config& config) {
    config.only_follower = config.peer_id != "b";
    config.follower_max_idle = std::chrono::milliseconds{200};
    config.heartbeat = std::chrono::milliseconds{50};
  }};
  CHECK(all.leader == "b");
}

TEST_CASE("manual: a member listens where it is told to, and on loopback only unless allowed") {
  three_members all{nullptr, transport::broker};
  const auto own = all.config_of("a").initial_members.front().endpoint;
  CHECK(all.at("a").listening() == own);
  CHECK(refused([](node_config& x) { x.listen = "0.0.0.0:7000"; }, "listen"));
  CHECK(!refused(
      [](node_config& x) {
        x.listen = "0.0.0.0:7000";
        x.allow_insecure = true;
      },
      "listen"));
  CHECK(refused([](node_config& x) { x.listen = "nowhere"; }, "listen"));
  CHECK(refused([](node_config& x) { x.advertise = "here:0"; }, "advertise"));
  node_config told;
  told.listen = "127.0.0.1:0";
  told.advertise = "127.0.0.1:7999";
  auto node = must(spawn_node(all.system(), told));
  CHECK(node.port() != 0);
  const auto status = must(node.status());
  REQUIRE(status.members.size() == 1);
  CHECK(status.members[0].endpoint == "127.0.0.1:7999");
}

TEST_CASE("manual: nodes find their cluster by seeds, or found one by their number") {
  three_members all{[](node_config& config) {
                      config.initial_members.clear();
                      config.seeds.clear();
                      for (const auto* name : {"a", "b", "c"})
                        if (config.peer_id != name)
                          config.seeds.push_back(name);
                      config.bootstrap_expect = 3;
                    },
                    transport::local};
  CHECK(eventually([&] { return must(all.at("a").status()).members.size() == 3; }));
  CHECK(refused([](node_config& x) { x.bootstrap_expect = 0; }, "bootstrap-expect"));
  CHECK(refused([](node_config& x) { x.seeds = {"no port"}; }, "seeds"));
}

TEST_CASE("manual: logs and operations have limits, at, below and above") {
  const node_config plain;
  CHECK(plain.log_entries_expiration_time == std::chrono::minutes{5});
  CHECK(plain.log_max_entries == 1'000'000);
  CHECK(plain.log_max_bytes == std::size_t{64} << 20);
  CHECK(plain.request_timeout == std::chrono::seconds{5});
  CHECK(!refused([](node_config& x) { x.log_max_entries = 1000; }, "log-max-entries"));
  CHECK(refused([](node_config& x) { x.log_max_entries = 999; }, "log-max-entries"));
  CHECK(!refused([](node_config& x) { x.log_max_bytes = std::size_t{1} << 20; }, "log-max-bytes"));
  CHECK(refused([](node_config& x) { x.log_max_bytes = (std::size_t{1} << 20) - 1; },
                "log-max-bytes"));
  CHECK(refused([](node_config& x) { x.log_entries_expiration_time = caf::timespan{-1}; },
                "log-entries-expiration-time"));
  CHECK(refused([](node_config& x) { x.request_timeout = caf::timespan{0}; }, "request-timeout"));
  three_members all{[](node_config& config) {
    config.request_timeout = std::chrono::milliseconds{200};
    config.log_max_entries = 1000;
  }};
  auto users = must(all.at("a").get_or_create_map<std::string, int>("users"));
  const std::vector<std::pair<std::string, int>> some(1, {"x", 1});
  for (int i = 0; i < 3000; ++i)
    must(users.set_all(some, deadline).get());
  CHECK(eventually([&] { return must(all.at("a").compact(1)) > 1; }));
  all.remove("b");
  all.remove("c");
  const auto failed = users.set("x", 2).get(); // nobody else is there to commit it
  REQUIRE(!failed);
  CHECK((cannot_have_happened(failed.error()) || failed.error() == errc::outcome_unknown));
}

TEST_CASE("manual: application data is told to the other members in the hello") {
  three_members all{
      [](node_config& config) { config.app_data = R"({"zone": "z)" + config.peer_id + R"("})"; }};
  CHECK(all.log("a").wait_for(R"(hello-notification id="b" app-data={"zone": "zb"})"));
  CHECK(refused([](node_config& x) { x.app_data = "[1]"; }, "app-data"));
  CHECK(
      refused([](node_config& x) { x.app_data = R"({"x": ")" + std::string(40'000, 'x') + "\"}"; },
              "app-data"));
}

TEST_CASE("manual: everything that is wrong with a configuration is told at once, by option") {
  node_config config;
  config.peer_id = "a@b";
  config.heartbeat = std::chrono::hours{1};
  config.app_data = "no JSON";
  const auto problems = config.validate();
  CHECK(problems.size() >= 3);
  caf::actor_system_config settings;
  caf::actor_system system{settings};
  const auto none = spawn_node(system, config);
  REQUIRE(!none);
  CHECK(none.error() == errc::invalid_config);
  for (const auto& problem : problems) {
    CHECK(!problem.text.empty());
    CHECK(text_of(none.error()).find(problem.option) != std::string::npos);
  }
  CHECK(node_config{}.validate().empty());
}

} // namespace hamok::test
