// The content of a whole cluster as one value: taken out as JSON, read by a person, brought into a
// new cluster. What is not a snapshot is refused, with the place that is wrong.
//
// Prints:  taken out: config, jobs, users
//          alice is 42 in the new cluster, too, and 2 jobs wait
//          refused: version: it is 99, and only 1 is known

#include "hamok/actors/plugin.hpp"
#include "hamok/collections/json_record.hpp"
#include "hamok/collections/snapshot_json.hpp"

#include <caf/actor_system.hpp>

#include <cstdlib>
#include <iostream>
#include <set>
#include <string>
#include <vector>

namespace {

using nlohmann::json;

template <class T>
T must(caf::expected<T> value) {
  if (!value) {
    std::cerr << to_string(value.error()) << '\n';
    std::exit(1);
  }
  return std::move(*value);
}

/// A cluster of one: with nothing else configured a node founds one, and leads it.
hamok::node_config alone(const std::string& name) {
  hamok::node_config config;
  config.peer_id = name;
  config.cluster = name;
  config.link = hamok::link_kind::local;
  return config;
}

/// What a backup would hold.
std::string taken_out(hamok::node& node) {
  auto users = must(node.create_map<std::string, int>("users"));
  auto jobs = must(node.create_queue<std::string>("jobs"));
  auto settings = must(node.create_record<json>("config", json{{"port", 80}}));
  must(users.set("alice", 42).get());
  must(jobs.push("draw", "paint").get());
  must(settings.set("port", 8080).get());
  const auto snapshot = must(node.export_snapshot()); // all of it, at one index of the log
  std::set<std::string> names;
  for (const auto& collection : snapshot.collections)
    names.insert(collection.name);
  std::cout << "taken out:";
  const char* between = " ";
  for (const auto& name : names) {
    std::cout << between << name;
    between = ", ";
  }
  std::cout << '\n';
  return hamok::to_json_text(snapshot);
}

/// A node that was never started founds a cluster with it.
void bring_in(hamok::node& node, const std::string& text) {
  if (auto problem = node.import_snapshot(must(hamok::node_snapshot_from_json(text)))) {
    std::cerr << to_string(problem) << '\n';
    std::exit(1);
  }
  auto users = must(node.get_or_create_map<std::string, int>("users"));
  auto jobs = must(node.get_or_create_queue<std::string>("jobs"));
  std::cout << "alice is " << must(users.get("alice")).value_or(0)
            << " in the new cluster, too, and " << jobs.size() << " jobs wait\n";
}

} // namespace

int main() {
  hamok::init();
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::string backup;
  {
    auto old = must(hamok::spawn_node(system, alone("old")));
    backup = taken_out(old);
  }
  auto settings = alone("new");
  settings.auto_start = false;
  auto fresh = must(hamok::spawn_node(system, settings));
  bring_in(fresh, backup);

  auto wrong = json::parse(backup);
  wrong["version"] = 99U;
  const auto refused = hamok::node_snapshot_from(wrong);
  if (refused)
    return 1;
  // What the code means comes first, then what is wrong here.
  const auto text = hamok::text_of(refused.error());
  std::cout << "refused: " << text.substr(text.find(": ") + 2) << '\n';
}
