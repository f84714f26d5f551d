#include "hamok/tests/cluster/crowd.hpp"

#include <algorithm>
#include <utility>

namespace hamok::test {

crowd::crowd(adjustment adjust) : adjust_(std::move(adjust)) {
  init();
  settings_.load<caf::io::middleman>();
  system_ = std::make_unique<caf::actor_system>(settings_);
}

crowd::~crowd() {
  nodes_.clear();
}

node& crowd::add(const std::string& name, std::vector<std::string> seeds, std::uint32_t expect,
                 std::string listen) {
  node_config config;
  config.peer_id = name;
  config.listen = std::move(listen);
  config.seeds = std::move(seeds);
  config.bootstrap_expect = expect;
  config.auto_start = false;
  if (adjust_)
    adjust_(config);
  auto log = logs_[name] = std::make_shared<event_log>();
  auto& result =
      *(nodes_[name] = std::make_unique<node>(must(spawn_node(*system_, std::move(config)))));
  result.on_any([log](const any_event& value) { log->add(value); });
  const auto problem = result.start();
  INFO(to_string(problem));
  REQUIRE(!problem);
  return result;
}

bool crowd::agree(std::vector<std::string> names) {
  std::ranges::sort(names);
  return eventually([&] {
    return std::ranges::all_of(nodes_, [&](const auto& one) {
      const auto status = one.second->status();
      if (!status)
        return false;
      std::vector<std::string> voters;
      for (const auto& member : status->members)
        if (member.voter)
          voters.push_back(member.id.peer);
      std::ranges::sort(voters);
      return voters == names && status->view.leader.has_value();
    });
  });
}

} // namespace hamok::test
