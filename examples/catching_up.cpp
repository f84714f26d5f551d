// A member that comes late, and one that was away, have everything that has happened: what was
// written, and what was erased.
//
// Prints:  late is brought up by a snapshot
//          late has 500 entries of 1000
//          late was away: now it has 501 entries, and 0 is 3

#include "hamok/actors/plugin.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;

template <class T>
T must(caf::expected<T> value) {
  if (!value) {
    std::cerr << to_string(value.error()) << '\n';
    std::exit(1);
  }
  return std::move(*value);
}

void must(const caf::error& problem) {
  if (problem) {
    std::cerr << to_string(problem) << '\n';
    std::exit(1);
  }
}

hamok::node_config named(const std::string& name) {
  hamok::node_config config;
  config.peer_id = name;
  config.link = hamok::link_kind::local; // members of one actor system need no sockets
  return config;
}

/// Writes a thousand entries and erases every other one.
void make_history(const hamok::map<int, int>& numbers) {
  std::vector<std::pair<int, int>> all;
  std::vector<int> odd;
  for (int i = 0; i < 1000; ++i) {
    all.emplace_back(i, 1);
    if (i % 2 == 1)
      odd.push_back(i);
  }
  must(numbers.set_all(all).get());
  must(numbers.erase_all(odd).get());
}

} // namespace

int main() {
  hamok::init();
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::vector<hamok::node> nodes;
  std::promise<std::string> sent;
  for (const auto* name : {"a", "b"}) {
    auto founding = named(name);
    founding.initial_members = {{"a", {}}, {"b", {}}};
    nodes.push_back(must(hamok::spawn_node(system, founding)));
    nodes.back().on<hamok::event::unsynced_peer>( // told by the leader, whichever that is
        [&](const hamok::event::unsynced_peer& who) { sent.set_value(who.id); });
  }
  auto numbers = must(nodes[0].get_or_create_map<int, int>("numbers"));
  make_history(numbers);
  for (auto& node : nodes)
    must(node.compact()); // what happens by itself when the log is long: it is cut short

  // One address of the cluster is enough to join it. It is no member yet when this returns.
  auto joining = named("late");
  joining.seeds = {"b"};
  auto late = must(hamok::spawn_node(system, joining));
  must(late.ready(20s)); // now it is, and has what was committed before
  auto snapshot = sent.get_future();
  if (snapshot.wait_for(10s) != std::future_status::ready)
    return 1;
  std::cout << snapshot.get() << " is brought up by a snapshot\n";
  auto here = must(late.get_or_create_map<int, int>("numbers"));
  std::cout << "late has " << here.size() << " entries of 1000\n";

  // Whoever is stopped stays a member. What it misses it is sent when it is back.
  must(late.stop());
  must(numbers.set(0, 2).get());
  must(numbers.set(0, 3).get());
  must(late.start());
  must(here.set(1, 1).get()); // behind a write of its own, it has seen all that was written before
  std::cout << "late was away: now it has " << here.size() << " entries, and 0 is "
            << must(here.get(0)).value_or(-1) << '\n';
  for (auto& node : nodes)
    must(node.close()); // before `sent`, which their callbacks use
}
