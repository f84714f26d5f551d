// Three members in one process tell each other who has come and gone.
//
// Prints:  alice has come, say 3 members
//          alice has gone, say 2 members

#include "hamok/actors/plugin.hpp"

#include <caf/io/middleman.hpp>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

// The events. An `inspect` is all that they need.
struct joined {
  std::string user;
};
template <class Inspector>
bool inspect(Inspector& f, joined& x) {
  return f.object(x).fields(f.field("user", x.user));
}

struct parted {
  std::string user;
};
template <class Inspector>
bool inspect(Inspector& f, parted& x) {
  return f.object(x).fields(f.field("user", x.user));
}

using presence = hamok::emitter<joined, parted>;

template <class T>
T value_of(caf::expected<T> result) {
  if (!result) {
    std::cerr << to_string(result.error()) << '\n';
    std::exit(1);
  }
  return std::move(*result);
}

int main() {
  hamok::init();
  caf::actor_system_config config;
  config.load<caf::io::middleman>();
  caf::actor_system system{config};

  std::vector<hamok::node> nodes;
  std::vector<presence> users;
  for (const std::string name : {"a", "b", "c"}) {
    hamok::node_config settings;
    settings.peer_id = name;
    settings.link = hamok::link_kind::local;
    settings.initial_members = {{"a", {}}, {"b", {}}, {"c", {}}};
    nodes.push_back(value_of(hamok::spawn_node(system, settings)));
    users.push_back(value_of(nodes.back().create_emitter<joined, parted>("presence")));
  }

  // Each member listens. Who listens is in the log, so every member knows it.
  std::vector<hamok::emitter_subscription> mine;
  for (const auto& here : users) {
    mine.push_back(value_of(here.subscribe<joined>([](const joined&) {}, "a screen")));
    if (mine.size() > 1)
      mine.push_back(value_of(here.subscribe<parted>([](const parted&) {})));
  }

  // Events go straight to the members that listen, and these say whether they have handled them.
  // Who has subscribed last knows of all that have done so before.
  const auto come = value_of(users[2].publish(joined{"alice"}).get());
  std::cout << "alice has come, say " << come.handled.size() << " members\n";
  const auto gone = value_of(users[2].publish(parted{"alice"}).get());
  std::cout << "alice has gone, say " << gone.handled.size() << " members\n";
  return come.handled.size() == 3 && gone.handled.size() == 2 ? 0 : 1;
}
