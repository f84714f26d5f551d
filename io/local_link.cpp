#include "hamok/io/local_link.hpp"

#include "hamok/actors/placement.hpp"
#include "hamok/io/redial.hpp"

#include <caf/actor_registry.hpp>

#include <utility>

namespace hamok {

namespace {

std::string registry_name(const std::string& cluster, const std::string& peer) {
  return "hamok/" + cluster + "/" + peer;
}

/// What `redial` calls.
struct local_dialer {
  std::string cluster;
  std::string peer;
  actor_link_options options;
  link_config config;

  link_actor operator()(caf::actor_system& system) const {
    auto node = system.registry().get<node_actor>(registry_name(cluster, peer));
    if (!node)
      return {};
    return spawn_actor_link(system, std::move(node), peer, "in this actor system", options, config);
  }
};

} // namespace

caf::error enter_local_nodes(caf::actor_system& system, const std::string& cluster,
                             const std::string& peer, const node_actor& node) {
  const auto name = registry_name(cluster, peer);
  auto& registry = system.registry();
  registry.put(name, node); // keeps what is there
  if (registry.get<node_actor>(name) == node)
    return {};
  return make_error(errc::refused_name_taken,
                    "another node of this actor system has the peer id '" + peer + "'");
}

void leave_local_nodes(caf::actor_system& system, const std::string& cluster,
                       const std::string& peer, const node_actor& node) {
  const auto name = registry_name(cluster, peer);
  if (system.registry().get<node_actor>(name) == node)
    system.registry().erase(name);
}

dialer_actor spawn_local_dialer(caf::actor_system& system, std::string cluster, std::string peer,
                                actor_link_options options, link_config config,
                                dial_limits limits) {
  const auto where = options.placement;
  auto node = config.node;
  return compat::spawn<redial<local_dialer>>(
      system, where,
      local_dialer{std::move(cluster), std::move(peer), std::move(options), std::move(config)},
      std::move(node), limits);
}

} // namespace hamok
