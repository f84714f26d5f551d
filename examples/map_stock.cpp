// What a map can do, seen from two members: of several who want the same thing one gets it, all
// members hear of every change, and reads need no waiting.
//
// Prints:  b takes the last bicycle
//          c comes too late
//          c hears: bicycle 1 -> 0
//          c hears: bell 10 is new
//          c hears: bell 10 is gone
//          in stock: bicycle 0, saddle 3

#include "hamok/actors/plugin.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace {

using stock = hamok::map<std::string, int>;

template <class T>
T must(caf::expected<T> value) {
  if (!value) {
    std::cerr << to_string(value.error()) << '\n';
    std::exit(1);
  }
  return std::move(*value);
}

/// Takes one of the articles, if there is one: nobody else takes the same.
bool take(const stock& here, const std::string& article) {
  for (;;) {
    const auto seen = must(here.get(article));
    if (!seen || *seen == 0)
      return false;
    if (must(here.update_if(article, *seen - 1, *seen).get()))
      return true; // otherwise somebody was faster: look again
  }
}

void print(const stock::change& what) {
  std::cout << "c hears: " << *what.key << ' ';
  if (what.kind == hamok::map_event::insert)
    std::cout << *what.new_value << " is new\n";
  else if (what.kind == hamok::map_event::update)
    std::cout << *what.old_value << " -> " << *what.new_value << '\n';
  else
    std::cout << *what.old_value << " is gone\n";
}

} // namespace

int main() {
  hamok::init();
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::vector<hamok::node> nodes;
  std::vector<stock> on; // the same map, on each member
  for (const auto* name : {"a", "b", "c"}) {
    hamok::node_config settings;
    settings.peer_id = name;
    settings.link = hamok::link_kind::local; // members of one actor system need no sockets
    settings.initial_members = {{"a", {}}, {"b", {}}, {"c", {}}};
    nodes.push_back(must(hamok::spawn_node(system, settings)));
    // Whoever creates it first decides what is in it.
    on.push_back(
        must(nodes.back().create_map<std::string, int>("stock", {{"bicycle", 1}, {"saddle", 3}})));
  }
  for (const auto& here : on)
    must(here.await_ready());

  // An actor hears all changes on its member, in the order of the log; so does this one.
  caf::scoped_actor listener{system};
  on[2].subscribe(caf::actor{listener});

  std::cout << (take(on[1], "bicycle") ? "b takes the last bicycle\n" : "b gets none\n");
  std::cout << (take(on[2], "bicycle") ? "c takes it as well\n" : "c comes too late\n");
  if (must(on[1].insert("bell", 10).get()) || must(on[1].insert("bell", 11).get()) != 10)
    return 1; // insert answers with what was there, and leaves it alone
  if (must(on[1].remove("bell").get()) != 10)
    return 1;
  for (int heard = 0; heard < 3; ++heard)
    listener->receive(
        [](const hamok::collection_event& event) { print(must(stock::decode(event))); },
        caf::after(std::chrono::seconds{10}) >> [] { std::exit(1); });

  std::cout << "in stock:";
  const char* between = " ";
  for (const auto& [article, count] : must(on[2].entries())) {
    std::cout << between << article << ' ' << count;
    between = ", ";
  }
  std::cout << '\n';
}
