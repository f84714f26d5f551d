// A member on its own, a replicated map, and a plain thread that uses it.
//
// Prints:  alice is 42

#include "hamok/actors/plugin.hpp"

#include <caf/io/middleman.hpp>

#include <iostream>

int main() {
  hamok::init(); // before the first actor system
  caf::actor_system_config config;
  config.load<caf::io::middleman>();
  caf::actor_system system{config};

  // Without initial members the node is a cluster of its own; see three_nodes.cpp for more.
  auto node = hamok::spawn_node(system);
  if (!node)
    return std::cerr << to_string(node.error()) << '\n', 1;

  auto users = node->create_map<std::string, int>("users");
  if (!users)
    return std::cerr << to_string(users.error()) << '\n', 1;

  // A write is logged, and answered once it is applied here. Outside of actors it gives a future.
  if (auto previous = users->set("alice", 42).get(); !previous)
    return std::cerr << to_string(previous.error()) << '\n', 1;

  // Reads are local: no message, no waiting.
  if (auto alice = users->get("alice"); alice && *alice)
    std::cout << "alice is " << **alice << '\n';
}
