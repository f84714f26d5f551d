// Three members share a map whose entries are in Redis: they survive the cluster, and other
// programs can read them. Takes the address of a Redis, `host:port` or the path of its socket.
//
// Prints:  b hears of alice
//          before that, she was nobody
//          c reads: alice is admin, bob is guest
//          nobody is promoted twice

#include "hamok/actors/plugin.hpp"
#include "hamok/redis/redis_storage.hpp"

#include <caf/actor_system.hpp>

#include <future>
#include <iostream>
#include <vector>

namespace {

using users_map = hamok::remote_map<std::string, std::string>;

hamok::node_config config_of(const std::string& name) {
  hamok::node_config config;
  config.peer_id = name;
  config.link = hamok::link_kind::local; // members of one actor system need no sockets
  for (const auto* founder : {"a", "b", "c"})
    config.initial_members.push_back({founder, {}});
  return config;
}

template <class T>
T must(caf::expected<T> value) {
  if (!value) {
    std::cerr << to_string(value.error()) << '\n';
    std::exit(1);
  }
  return std::move(*value);
}

/// The remote map on one member. Each has connections of its own.
users_map open_users(hamok::node& node, const std::string& address) {
  hamok::redis_options where;
  where.address = address;
  where.prefix = "example";
  auto storage = std::make_shared<hamok::redis_storage>(where);
  return must(node.get_or_create_remote_map<std::string, std::string>("users", storage));
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2)
    return std::cerr << "give the address of a Redis, such as 127.0.0.1:6379\n", 2;
  hamok::init();
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::vector<hamok::node> nodes;
  for (const auto* name : {"a", "b", "c"})
    nodes.push_back(must(hamok::spawn_node(system, config_of(name))));
  std::vector<users_map> users;
  for (auto& node : nodes) // each may lead, so each needs a storage
    users.push_back(open_users(node, argv[1]));
  must(users[0].clear().get()); // of an earlier run

  // Whoever leads executes; every member hears what has changed, in the order of the log.
  std::promise<std::string> told;
  auto subscription = users[1].on_insert(
      [&told](const std::string& key, const std::string&) { told.set_value(key); });

  // Answered once it is executed in Redis, and once only, whatever happens to the leader.
  const auto before = must(users[0].set("alice", "guest").get());
  std::cout << "b hears of " << told.get_future().get() << '\n';
  subscription.cancel();
  std::cout << "before that, she was " << before.value_or("nobody") << '\n';

  must(users[1].set_all({{"alice", "admin"}, {"bob", "guest"}}).get());

  // Reads ask Redis through any member, and see whatever was acknowledged to anybody.
  std::cout << "c reads:";
  const char* separator = " ";
  auto all = users[2].walk();
  for (const auto& [name, role] : all) {
    std::cout << separator << name << " is " << role;
    separator = ", ";
  }
  std::cout << '\n';
  if (all.failure())
    return std::cerr << to_string(all.failure()) << '\n', 1;

  const auto again = must(users[2].update_if("alice", "admin", "guest").get());
  std::cout << (again ? "alice is promoted twice\n" : "nobody is promoted twice\n");
}
