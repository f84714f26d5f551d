#include "hamok/actors/interfaces/config.hpp"
#include "hamok/actors/plugin.hpp"
#include "hamok/tests/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace hamok {

namespace {

using namespace std::chrono_literals;

struct bad_config {
  const char* option;
  const char* part_of_text;
  std::function<void(node_config&)> spoil;
};

const std::vector<bad_config> table{
    {"peer-id", "give 1 to 255", [](auto& c) { c.peer_id.clear(); }},
    {"peer-id", "'@'", [](auto& c) { c.peer_id = "a@b"; }},
    {"cluster", "give 1 to 255", [](auto& c) { c.cluster.clear(); }},
    {"election-timeout", "not positive", [](auto& c) { c.election_timeout = 0s; }},
    {"election-timeout", "at least `follower-max-idle`",
     [](auto& c) { c.election_timeout = 400ms; }},
    {"follower-max-idle", "not positive", [](auto& c) { c.follower_max_idle = 0s; }},
    {"request-timeout", "longer than a day", [](auto& c) { c.request_timeout = 25h; }},
    {"heartbeat", "at most half of it", [](auto& c) { c.heartbeat = 300ms; }},
    {"request-timeout", "not positive", [](auto& c) { c.request_timeout = -1s; }},
    {"listen", "host:port", [](auto& c) { c.listen = "nonsense"; }},
    {"listen", "host:port", [](auto& c) { c.listen = "::1:80"; }},
    {"listen", "host:port", [](auto& c) { c.listen = "localhost:99999"; }},
    {"listen", "allow-insecure", [](auto& c) { c.listen = "0.0.0.0:80"; }},
    {"advertise", "port 0", [](auto& c) { c.advertise = "127.0.0.1:0"; }},
    {"initial-members", "lacks this member",
     [](auto& c) {
       c.initial_members = {{"b", "127.0.0.1:1"}, {"c", "127.0.0.1:2"}};
     }},
    {"initial-members", "named twice",
     [](auto& c) {
       c.initial_members = {{"a", "127.0.0.1:1"}, {"b", "127.0.0.1:2"}, {"b", "127.0.0.1:3"}};
     }},
    {"initial-members", "host:port",
     [](auto& c) {
       c.initial_members = {{"a", "127.0.0.1:1"}, {"b", ""}};
     }},
    {"app-data", "JSON object", [](auto& c) { c.app_data = "[1]"; }},
    {"app-data", "JSON object", [](auto& c) { c.app_data = "{"; }},
    {"app-data", "at most 32768",
     [](auto& c) { c.app_data = R"({"a":")" + std::string(33000, 'x') + R"("})"; }},
    {"listen", "characters in it", [](auto& c) { c.listen = "ho st:80"; }},
    {"advertise", "characters in it", [](auto& c) { c.advertise = "a@b:80"; }},
    {"advertise", "more than 255", [](auto& c) { c.advertise.assign(300, 'a').append(":80"); }},
    {"initial-members", "bytes in all",
     [](auto& c) {
       c.initial_members = {{"a", "127.0.0.1:1"}};
       for (int i = 0; i < 100; ++i)
         c.initial_members.push_back({std::to_string(i) + std::string(200, 'x'), "127.0.0.1:1"});
     }},
    {"max-message-entries", "give 1", [](auto& c) { c.max_message_entries = 0; }},
    {"max-message-bytes", "give 1024", [](auto& c) { c.max_message_bytes = 1; }},
    {"max-inflight-messages", "give 1", [](auto& c) { c.max_inflight_messages = 0; }},
    {"max-subscriber-events", "give 16", [](auto& c) { c.max_subscriber_events = 0; }},
};

node_config good() {
  node_config result;
  result.peer_id = "a";
  return result;
}

} // namespace

TEST_CASE("the default configuration is valid and its names are unique") {
  CHECK(node_config{}.validate().empty());
  CHECK(node_config{}.peer_id.size() == 36);
  CHECK(node_config{}.peer_id != node_config{}.peer_id);
}

TEST_CASE("each mistake in a configuration is named with what is accepted") {
  for (const auto& row : table) {
    auto config = good();
    row.spoil(config);
    const auto problems = config.validate();
    INFO(row.option << ": " << row.part_of_text << "\n" << to_string(problems));
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].option == row.option);
    CHECK(problems[0].text.find(row.part_of_text) != std::string::npos);
  }
}

TEST_CASE("all mistakes are told at once") {
  auto config = good();
  config.cluster.clear();
  config.heartbeat = 1s;
  config.app_data = "x";
  CHECK(config.validate().size() == 3);
}

TEST_CASE("addresses beyond loopback need allow-insecure") {
  auto config = good();
  config.listen = "[2001:db8::1]:80";
  CHECK(config.validate().size() == 1);
  config.allow_insecure = true;
  CHECK(config.validate().empty());
  config.allow_insecure = false;
  for (const auto* loopback : {"127.0.0.1:0", "127.1.2.3:5", "localhost:5", "[::1]:5"}) {
    config.listen = loopback;
    CHECK(config.validate().empty());
  }
}

TEST_CASE("a member listens at its own initial endpoint unless it says otherwise") {
  auto config = good();
  CHECK(config.effective_listen().empty());
  config.initial_members = {{"a", "127.0.0.1:1"}, {"b", "127.0.0.1:2"}};
  CHECK(config.effective_listen() == "127.0.0.1:1");
  config.listen = "127.0.0.1:9";
  CHECK(config.effective_listen() == "127.0.0.1:9");
}

TEST_CASE("what has to be given depends on the kind of link") {
  const auto problems_of = [](link_kind kind, auto adjust) {
    auto config = good();
    config.link = kind;
    adjust(config);
    return config.validate();
  };
  const auto seed = [](auto& c) { c.seeds = {"127.0.0.1:1"}; };
  for (const auto kind : {link_kind::broker, link_kind::basp}) { // others have to reach it
    const auto problems = problems_of(kind, seed);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].option == "listen");
    CHECK(problems_of(kind, [](auto& c) { c.listen = "0.0.0.0:1"; }).size() == 1);
    CHECK(problems_of(kind,
                      [](auto& c) {
                        c.seeds = {"alpha"};
                        c.listen = "127.0.0.1:0";
                      })
              .size()
          == 1);
  }
  const auto published = [](auto& c) {
    c.seeds = {"127.0.0.1:1"};
    c.advertise = "127.0.0.1:2";
  };
  CHECK(problems_of(link_kind::basp, published).empty());
  CHECK(problems_of(link_kind::broker, published).size() == 1);
  for (const auto kind : {link_kind::local, link_kind::custom}) { // by name
    CHECK(problems_of(kind, [](auto& c) { c.seeds = {"alpha"}; }).empty());
    CHECK(problems_of(kind, [](auto& c) { c.bootstrap_expect = 3; }).empty());
    CHECK(problems_of(kind, [](auto& c) { c.seeds = {"al@pha"}; }).size() == 1);
    CHECK(problems_of(kind, [](auto& c) { c.initial_members = {{"a", {}}, {"b", {}}}; }).empty());
  }
}

TEST_CASE("over BASP a member does not listen where the application publishes it") {
  auto config = good();
  config.link = link_kind::basp;
  config.initial_members = {{"a", "127.0.0.1:1"}, {"b", "127.0.0.1:2"}};
  CHECK(config.effective_listen() == "127.0.0.1:1");
  config.advertise = "127.0.0.1:1";
  CHECK(config.effective_listen().empty());
  config.listen = "127.0.0.1:3";
  CHECK(config.effective_listen() == "127.0.0.1:3");
}

TEST_CASE("application data is a JSON object and nothing else") {
  const auto accepted = [](std::string text) {
    auto config = good();
    config.app_data = std::move(text);
    return config.validate().empty();
  };
  for (const auto* good_text :
       {"{}", " { } ", R"({"a":1})", R"({"a":[1,-2.5e+3,true,null,{"b":"\u00e9\n"}]})"}) {
    INFO(good_text);
    CHECK(accepted(good_text));
  }
  for (const auto* bad_text : {"", "[]", "1", "{", "}", "{}x", R"({"a"})", R"({a:1})",
                               R"({"a":1,})", R"({"a":01})", R"({"a":"\x"})", R"({"a":tru})"}) {
    INFO(bad_text);
    CHECK_FALSE(accepted(bad_text));
  }
  CHECK(accepted("{\"a\":" + std::string(16000, '[') + std::string(16000, ']') + "}"));
}

TEST_CASE("initial members are written as id@host:port") {
  CHECK(parse_initial_member("a@127.0.0.1:1") == peer_endpoint{"a", "127.0.0.1:1"});
  CHECK(parse_initial_member("a@[::1]:1") == peer_endpoint{"a", "[::1]:1"});
  CHECK(parse_initial_member("a") == peer_endpoint{"a", ""});
  CHECK(!parse_initial_member("@127.0.0.1:1"));
  CHECK(!parse_initial_member("a@127.0.0.1"));
  CHECK(!parse_initial_member(""));
}

TEST_CASE("options of CAF have the names of the configuration in kebab-case") {
  init();
  init(); // a second time does nothing
  caf::actor_system_config settings;
  add_options(settings);
  settings.set("hamok.peer-id", "x");
  settings.set("hamok.follower-max-idle", caf::timespan{800ms});
  settings.set("hamok.only-follower", true);
  settings.set("hamok.initial-members", std::vector<std::string>{"x@127.0.0.1:1", "y@127.0.0.1:2"});
  settings.set("hamok.link", "local");
  settings.set("hamok.placement", "scheduler");
  const auto config = read_config(settings);
  CHECK(config.peer_id == "x");
  CHECK(config.cluster == "hamok");
  CHECK(config.follower_max_idle == 800ms);
  CHECK(config.only_follower);
  CHECK(config.initial_members.size() == 2);
  CHECK(config.link == link_kind::local);
  CHECK(config.placement == placement::scheduler);
  CHECK(config.validate().empty());
}

TEST_CASE("options that cannot be understood are told with the other problems") {
  caf::actor_system_config settings;
  add_options(settings);
  settings.set("hamok.link", "pigeon");
  settings.set("hamok.initial-members", std::vector<std::string>{"@nowhere"});
  const auto problems = read_config(settings).validate();
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].option == "initial-members");
  CHECK(problems[1].text == "'pigeon' is not known; give one of broker, local, basp, custom");
}

TEST_CASE("options of another type are told with what they take") {
  caf::actor_system_config settings; // CAF looks at types only of options that were added
  std::istringstream file{R"(hamok {
    heartbeat = "soon"
    only-follower = "perhaps"
    max-message-entries = "many"
    initial-members = 7
  })"};
  REQUIRE(!settings.parse(std::vector<std::string>{}, file));
  const auto text = to_string(read_config(settings).validate());
  INFO(text);
  CHECK(text.find("heartbeat: it does not take 'soon'; give a duration such as 500ms")
        != std::string::npos);
  CHECK(text.find("only-follower: it does not take 'perhaps'; give true or false")
        != std::string::npos);
  CHECK(text.find("max-message-entries: it does not take 'many'; give a whole number")
        != std::string::npos);
  CHECK(text.find("initial-members: it does not take '7'; give a list") != std::string::npos);
}

TEST_CASE("a file with keys that are no option, or of another type, is no configuration") {
  init();
  std::string folder = "/tmp/hamok-config-XXXXXX";
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const auto path = folder + "/node.conf";
  std::ofstream{path} << R"(hamok {
    peer-id = "a"
    initial-member = ["a@127.0.0.1:1"]
    heartbeat = "soon"
    follower-max-idle = 200
    only-follower = 3
    max-message-bytes = "many"
    initial-members = "a@127.0.0.1:1"
  })";
  for (const auto added : {true, false}) {
    caf::actor_system_config settings;
    if (added)
      add_options(settings);
    const auto failed = settings.parse(std::vector<std::string>{"--config-file=" + path});
    const auto config = read_config(settings);
    const auto text = to_string(failed) + to_string(config.validate());
    INFO(text);
    for (const auto* key : {"initial-member", "heartbeat", "follower-max-idle", "only-follower",
                            "max-message-bytes", "initial-members"})
      CHECK(text.find(std::string{key} + ": ") != std::string::npos);
    CHECK(config.unreadable.size() == 6);
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("a node is not made from a bad configuration") {
  init();
  caf::actor_system_config settings;
  caf::actor_system system{settings};
  node_config config;
  config.heartbeat = caf::timespan{0};
  auto made = spawn_node(system, config);
  REQUIRE(!made);
  CHECK(made.error() == errc::invalid_config);
  node_config without_middleman;
  without_middleman.listen = "127.0.0.1:0";
  CHECK(!spawn_node(system, without_middleman));
}

} // namespace hamok
