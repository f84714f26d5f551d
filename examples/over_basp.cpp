// An application that talks over BASP already gets a replicated map over the same connections: it
// publishes its nodes at ports of its choice. Three actor systems in one process stand for three
// processes.
//
// Prints:  three members over BASP agree: alice is 42

#include "hamok/actors/plugin.hpp"

#include <caf/io/middleman.hpp>

#include <cstdint>
#include <iostream>
#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

/// What one process would be.
struct application {
  application() {
    settings.load<caf::io::middleman>();
    system.emplace(settings);
  }

  /// Starts the member and lets others get at it. `seeds`: where an earlier one is published.
  caf::error join(const std::string& name, std::uint16_t port, std::vector<std::string> seeds) {
    hamok::node_config config;
    config.peer_id = name;
    config.link = hamok::link_kind::basp;
    config.advertise = "127.0.0.1:" + std::to_string(port); // no `listen`: published below
    config.seeds = std::move(seeds);
    config.auto_start = false;
    auto made = hamok::spawn_node(*system, std::move(config));
    if (!made)
      return made.error();
    member.emplace(std::move(*made));
    if (auto published = hamok::publish(*member, port); !published)
      return published.error();
    return member->start();
  }

  caf::actor_system_config settings;
  std::optional<caf::actor_system> system;
  std::optional<hamok::node> member; // ends before its system
};

int fail(const caf::error& reason) {
  std::cerr << to_string(reason) << '\n';
  return 1;
}

} // namespace

int main() {
  hamok::init(); // before the first actor system
  std::list<application> all;
  std::vector<std::string> seeds;
  for (const auto& [name, port] :
       {std::pair{"a", 7211}, std::pair{"b", 7212}, std::pair{"c", 7213}}) {
    const auto chosen = static_cast<std::uint16_t>(port);
    if (auto problem = all.emplace_back().join(name, chosen, seeds))
      return fail(problem);
    seeds = {"127.0.0.1:7211"}; // the first one founds, the others need one live endpoint
  }

  auto& first = *all.front().member;
  auto& last = *all.back().member;
  auto users = first.create_map<std::string, int>("users");
  if (!users)
    return fail(users.error());
  if (auto previous = users->set("alice", 42).get(); !previous)
    return fail(previous.error());

  // On another member: it has caught up when its map is there and knows what is committed.
  auto same = last.get_or_create_map<std::string, int>("users");
  if (!same)
    return fail(same.error());
  if (auto caught_up = last.wait_until_commit_head(); !caught_up)
    return fail(caught_up.error());
  if (auto alice = same->get("alice"); alice && *alice)
    std::cout << "three members over BASP agree: alice is " << **alice << '\n';
}
