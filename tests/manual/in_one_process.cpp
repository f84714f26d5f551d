#include "hamok/tests/manual/in_one_process.hpp"

#include <utility>

namespace hamok::test {

in_one_process::in_one_process(options all) : options_(std::move(all)) {
  init();
  config_.set("caf.scheduler.max-threads", 4);
  system_ = std::make_unique<caf::actor_system>(config_);
  for (const auto& name : names())
    start(name);
  static_cast<void>(leader());
}

in_one_process::~in_one_process() {
  members_.clear(); // before their actor system
}

void in_one_process::start(const std::string& name) {
  std::vector<std::string> words{"--hamok.peer-id=" + name, "--hamok.link=local"};
  for (const auto& [option, value] : options_)
    words.push_back("--hamok." + option + "=" + value);
  auto config = config_of(words);
  for (const auto& founder : names())
    config.initial_members.push_back({founder, {}}); // local links find each other by name
  node_parts parts;
  parts.network = network_;
  members_[name] = std::make_unique<served_member>(*system_, std::move(config), std::move(parts));
}

void in_one_process::kill(const std::string& name) {
  members_.erase(name);
}

void in_one_process::freeze(const std::string& name) {
  for (const auto& other : others_than(name))
    network_->cut_both(name, other);
}

void in_one_process::thaw(const std::string& name) {
  for (const auto& other : others_than(name))
    network_->heal_both(name, other);
}

json in_one_process::exchange(const std::string& member, const json& request) {
  return members_.at(member)->answer(request);
}

} // namespace hamok::test
