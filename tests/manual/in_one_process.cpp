#include "hamok/tests/manual/in_one_process.hpp"

#include "hamok/actors/plugin.hpp"
#include "hamok/tests/manual/member/served_member.hpp"

#include <map>
#include <utility>

namespace hamok::test {

struct in_one_process::nodes {
  explicit nodes(options given) : all_options(std::move(given)) {
    init();
    config.set("caf.scheduler.max-threads", 4);
    system = std::make_unique<caf::actor_system>(config);
  }
  ~nodes() { members.clear(); } // before their actor system
  nodes(const nodes&) = delete;
  nodes& operator=(const nodes&) = delete;

  options all_options;
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  std::shared_ptr<local_network> network = std::make_shared<local_network>();
  std::map<std::string, std::unique_ptr<served_member>> members;
};

in_one_process::in_one_process(options all) : nodes_(std::make_unique<nodes>(std::move(all))) {
  for (const auto& name : names())
    start(name);
  static_cast<void>(leader());
}

in_one_process::~in_one_process() = default;

void in_one_process::start(const std::string& name) {
  std::vector<std::string> words{"--hamok.peer-id=" + name, "--hamok.link=local"};
  for (auto& word : words_of(nodes_->all_options, name))
    words.push_back(std::move(word));
  auto config = config_of(words);
  for (const auto& founder : names())
    config.initial_members.push_back({founder, {}}); // local links find each other by name
  node_parts parts;
  parts.network = nodes_->network;
  nodes_->members[name] =
      std::make_unique<served_member>(*nodes_->system, std::move(config), std::move(parts));
}

void in_one_process::kill(const std::string& name) {
  nodes_->members.erase(name);
}

void in_one_process::freeze(const std::string& name) {
  for (const auto& other : others_than(name))
    nodes_->network->cut_both(name, other);
}

void in_one_process::thaw(const std::string& name) {
  for (const auto& other : others_than(name))
    nodes_->network->heal_both(name, other);
}

json in_one_process::exchange(const std::string& member, const json& request) {
  return nodes_->members.at(member)->answer(request);
}

} // namespace hamok::test
