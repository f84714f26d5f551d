// Three members of one cluster inside one process, and an actor that writes through one of them
// and reads through another. In three processes only `initial_members` and the links differ.
//
// Prints:  a leads   (or b, or c)
//          b has set blue to 1, before there was nothing
//          c has seen blue = 1

#include "hamok/actors/plugin.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <iostream>
#include <vector>

namespace {

using colours = hamok::map<std::string, int>;

hamok::node_config config_of(const std::string& name) {
  hamok::node_config config;
  config.peer_id = name;
  config.link = hamok::link_kind::local; // members of one actor system need no sockets
  for (const auto* founder : {"a", "b", "c"})
    config.initial_members.push_back({founder, {}});
  return config;
}

/// Uses the map as an actor does: every operation takes `self` and is answered by a handler.
caf::behavior painter(caf::event_based_actor* self, const colours& target) {
  target.set(self, "blue", 1)
      .then(
          [self](const std::optional<int>& before) {
            std::cout << "b has set blue to 1, before there was "
                      << (before ? std::to_string(*before) : "nothing") << '\n';
            self->quit();
          },
          [self](const caf::error& reason) {
            std::cerr << to_string(reason) << '\n';
            self->quit(reason);
          });
  return {[](caf::unit_t) {}}; // nobody sends it anything
}

} // namespace

int main() {
  hamok::init();
  caf::actor_system_config config;
  caf::actor_system system{config};

  std::vector<hamok::node> nodes;
  for (const auto* name : {"a", "b", "c"}) {
    auto node = hamok::spawn_node(system, config_of(name));
    if (!node)
      return std::cerr << to_string(node.error()) << '\n', 1;
    nodes.push_back(std::move(*node));
  }
  auto& b = nodes[1];
  auto& c = nodes[2];
  if (auto leader = b.wait_until_leader())
    std::cout << *leader << " leads\n";

  // The same map on two members. Creating it is logged as well, so it is one map.
  auto on_b = b.create_map<std::string, int>("colours");
  auto on_c = c.create_map<std::string, int>("colours");
  if (!on_b || !on_c)
    return std::cerr << "no map\n", 1;
  system.spawn(painter, *on_b);
  system.await_all_actors_done();

  // c learns a moment later what b has acknowledged. A write through c comes behind it in the log,
  // so once that is acknowledged, c has seen everything before it.
  if (auto behind = on_c->set("red", 2).get(); !behind)
    return std::cerr << to_string(behind.error()) << '\n', 1;
  if (auto blue = on_c->get("blue"); blue && *blue)
    std::cout << "c has seen blue = " << **blue << '\n';
}
