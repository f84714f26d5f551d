// Clusters over the kinds of links that are not the default.

#include "hamok/cli/free_ports.hpp"
#include "hamok/tests/cluster/cluster.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace hamok::test {

namespace {

/// One node in an actor system of its own.
struct lone_system {
  lone_system() {
    init();
    settings.load<caf::io::middleman>();
    settings.set("caf.scheduler.max-threads", 2);
    system = std::make_unique<caf::actor_system>(settings);
  }

  node& spawn(node_config config) {
    config.auto_start = false;
    member = std::make_unique<node>(must(spawn_node(*system, std::move(config))));
    member->on_any([log = log](const any_event& value) { log->add(value); });
    return *member;
  }

  void start() const {
    const auto problem = member->start();
    INFO(to_string(problem));
    REQUIRE(!problem);
  }

  caf::actor_system_config settings;
  std::unique_ptr<caf::actor_system> system;
  std::shared_ptr<event_log> log = std::make_shared<event_log>();
  std::unique_ptr<node> member; // ends before its system
};

/// Nodes by name, each in its own actor system.
class systems {
public:
  lone_system& add(const std::string& name) {
    return *(all_[name] = std::make_unique<lone_system>());
  }
  void remove(const std::string& name) { all_.erase(name); }
  [[nodiscard]] node& at(const std::string& name) { return *all_.at(name)->member; }

  /// The one member that all others take for the leader.
  [[nodiscard]] std::string leader() {
    std::string result;
    const auto agreed = eventually([&] {
      result.clear();
      for (const auto& [name, one] : all_) {
        const auto seen = one->member->leader_id();
        if (seen.empty() || (!result.empty() && seen != result))
          return false;
        result = seen;
      }
      return all_.count(result) != 0 && at(result).leader();
    });
    return agreed ? result : std::string{};
  }

  /// Whether all see these voters, linked with each but themselves.
  [[nodiscard]] bool agree(std::vector<std::string> names) {
    std::ranges::sort(names);
    const auto agreed = eventually([&] {
      return std::ranges::all_of(all_, [&](const auto& one) {
        const auto status = one.second->member->status();
        if (!status)
          return false;
        std::vector<std::string> voters;
        for (const auto& member : status->members)
          if (member.voter && (member.linked || member.id.peer == one.first))
            voters.push_back(member.id.peer);
        std::ranges::sort(voters);
        return voters == names;
      });
    });
    if (!agreed)
      for (const auto& [name, one] : all_)
        for (const auto& line : one->log->lines())
          UNSCOPED_INFO(name << ": " << line);
    return agreed;
  }

private:
  std::map<std::string, std::unique_ptr<lone_system>> all_;
};

/// Whether the member comes to see this value: it may lag behind what others have acknowledged.
bool sees(node& member, const std::string& key, int value) {
  const auto map = must(member.get_or_create_map<std::string, int>("numbers"));
  return eventually([&] { return must(map.get(key)) == value; });
}

void write(node& member, const std::string& key, int value) {
  must(must(member.get_or_create_map<std::string, int>("numbers")).set(key, value, deadline).get());
}

node_config basp_config(const std::string& name) {
  node_config result;
  result.peer_id = name;
  result.link = link_kind::basp;
  return result;
}

} // namespace

TEST_CASE("three members in three actor systems form a cluster over BASP") {
  systems all;
  const auto ports = cli::free_ports(3);
  std::vector<peer_endpoint> founders;
  for (std::size_t i = 0; i < 3; ++i)
    founders.push_back(
        {std::string(1, static_cast<char>('a' + i)), "127.0.0.1:" + std::to_string(ports[i])});
  for (const auto& founder : founders) {
    auto config = basp_config(founder.peer);
    config.initial_members = founders;
    all.add(founder.peer).spawn(std::move(config));
  }
  for (const auto& founder : founders) {
    const auto problem = all.at(founder.peer).start();
    INFO(to_string(problem));
    REQUIRE(!problem);
  }
  const auto first = all.leader();
  REQUIRE(!first.empty());
  write(all.at("a"), "x", 1);
  CHECK(sees(all.at("b"), "x", 1));
  CHECK(sees(all.at("c"), "x", 1));
  all.remove(first);
  const auto second = all.leader();
  REQUIRE(!second.empty());
  CHECK(second != first);
  write(all.at(second), "x", 2);
  for (const auto& founder : founders)
    if (founder.peer != first)
      CHECK(sees(all.at(founder.peer), "x", 2));
}

TEST_CASE("a node that an application publishes over BASP is joined by others that know its port") {
  systems all;
  const auto port = cli::free_ports(1).front();
  const auto seed = "127.0.0.1:" + std::to_string(port);
  auto config = basp_config("a");
  config.advertise = seed; // and no `listen`: the application publishes it
  auto& first = all.add("a");
  first.spawn(std::move(config));
  CHECK(must(publish(*first.member, port)) == port);
  first.start();
  CHECK(first.member->listening().empty());
  write(*first.member, "x", 1);
  for (const auto* name : {"b", "c"}) {
    config = basp_config(name);
    config.listen = "127.0.0.1:0";
    config.seeds = {seed};
    auto& added = all.add(name);
    added.spawn(std::move(config));
    added.start();
  }
  CHECK(all.agree({"a", "b", "c"}));
  CHECK(sees(all.at("c"), "x", 1));
  write(all.at("b"), "x", 2);
  CHECK(sees(all.at("a"), "x", 2));
}

TEST_CASE("a port over BASP is free again when its member has stopped") {
  lone_system one;
  auto config = basp_config("a");
  config.listen = "127.0.0.1:0";
  auto& member = one.spawn(std::move(config));
  one.start();
  const auto port = member.port();
  CHECK(port != 0);
  for (int round = 0; round < 3; ++round) {
    CHECK(member.stop() == caf::error{});
    CHECK(member.listening().empty());
    one.start();
    CHECK(member.port() == port);
  }
}

TEST_CASE("a node over BASP says what is wrong when there is no middleman or no port") {
  init();
  caf::actor_system_config settings;
  caf::actor_system without{settings};
  auto config = basp_config("a");
  config.listen = "127.0.0.1:0";
  config.placement = placement::scheduler;
  CHECK(spawn_node(without, config).error() == errc::invalid_config);
  config.listen.clear();
  config.seeds = {"127.0.0.1:1"};
  CHECK(spawn_node(without, config).error() == errc::invalid_config);
}

namespace {

/// Carries frames between nodes, and loses some of them.
class postman {
public:
  explicit postman(unsigned lost_in_a_hundred) : lost_(lost_in_a_hundred) {}

  void serve(node& member) {
    const auto name = member.local_peer_id();
    {
      const std::lock_guard guard{mutex_};
      members_[name] = &member;
    }
    member.on<event::message>([this, name](const event::message& x) {
      if (x.frame.size() > 0)
        carry(name, x.peer, x.frame);
    });
  }

  /// Nothing is brought to this one any more.
  void forget(const std::string& name) {
    const std::lock_guard guard{mutex_};
    members_.erase(name);
  }

private:
  void carry(const std::string& from, const std::string& to, const blob& frame) {
    const std::lock_guard guard{mutex_};
    const auto found = members_.find(to);
    if (found != members_.end() && random_() % 100 >= lost_)
      found->second->accept(from, frame);
  }

  std::mutex mutex_;
  unsigned lost_;
  std::minstd_rand random_{3};
  std::map<std::string, node*> members_;
};

void check_carried_cluster(unsigned lost_in_a_hundred) {
  postman carrier{lost_in_a_hundred};
  cluster all{transport::local, 3, [](node_config& config) {
                config.link = link_kind::custom;
                config.follower_max_idle = std::chrono::seconds{1};
              }};
  for (const auto* name : {"a", "b", "c"})
    carrier.serve(all.spawn(name));
  REQUIRE(!all.agreed_leader().empty());
  for (int i = 0; i < 20; ++i)
    write(all.at(i % 2 == 0 ? "a" : "b"), "x", i);
  CHECK(sees(all.at("c"), "x", 19));
  const auto first = all.agreed_leader();
  carrier.forget(first);
  all.remove(first);
  CHECK(!all.agreed_leader().empty());
  for (const auto* name : {"a", "b", "c"})
    carrier.forget(name);
}

} // namespace

TEST_CASE("three members form a cluster over frames that the application carries") {
  check_carried_cluster(0);
}

TEST_CASE("three members form a cluster although the application loses one frame in twenty") {
  check_carried_cluster(5);
}

TEST_CASE("a member that comes back at another endpoint is found there by all") {
  systems all;
  const auto add = [&all](const std::string& name, std::vector<std::string> seeds) -> node& {
    node_config config;
    config.peer_id = name;
    config.listen = "127.0.0.1:0";
    config.seeds = std::move(seeds);
    auto& one = all.add(name);
    one.spawn(std::move(config));
    one.start();
    return *one.member;
  };
  const auto seed = add("a", {}).listening();
  add("b", {seed});
  const auto before = add("c", {seed}).listening();
  REQUIRE(all.agree({"a", "b", "c"}));
  all.remove("c");
  const auto after = add("c", {seed}).listening();
  CHECK(after != before);
  CHECK(all.agree({"a", "b", "c"}));
  CHECK(eventually([&] {
    const auto status = all.at("b").status();
    return status && std::ranges::any_of(status->members, [&](const member_status& one) {
             return one.id.peer == "c" && one.endpoint == after && one.linked;
           });
  }));
}

} // namespace hamok::test
