#include "hamok/tests/cluster/cluster.hpp"

#include "hamok/cli/free_ports.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace hamok::test {

bool eventually(const std::function<bool()>& condition, caf::timespan timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

void event_log::add(const any_event& value) {
  const std::lock_guard guard{mutex_};
  if (!std::holds_alternative<event::heartbeat>(value))
    lines_.push_back(to_string(value));
  changed_.notify_all();
}

std::vector<std::string> event_log::lines() const {
  const std::lock_guard guard{mutex_};
  return lines_;
}

bool event_log::wait_for(const std::string& prefix, caf::timespan timeout) const {
  std::unique_lock guard{mutex_};
  return changed_.wait_for(guard, timeout, [&] {
    return std::any_of(lines_.begin(), lines_.end(),
                       [&](const std::string& line) { return line.starts_with(prefix); });
  });
}

cluster::cluster(transport kind, std::size_t size,
                 const std::function<void(node_config&)>& adjust) {
  init();
  config_.set("caf.scheduler.max-threads", 4);
  if (kind == transport::broker)
    config_.load<caf::io::middleman>();
  system_ = std::make_unique<caf::actor_system>(config_);
  std::vector<peer_endpoint> members;
  const auto ports =
      kind == transport::broker ? cli::free_ports(size) : std::vector<std::uint16_t>{};
  for (std::size_t i = 0; i < size; ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    members.push_back({name, ports.empty() ? "" : "127.0.0.1:" + std::to_string(ports[i])});
  }
  for (const auto& member : members) {
    node_config config;
    config.peer_id = member.peer;
    config.initial_members = members;
    config.link = kind == transport::local ? link_kind::local : link_kind::broker;
    config.auto_start = false;
    config.check_divergence_every = 64;
    if (adjust)
      adjust(config);
    configs_.emplace(member.peer, std::move(config));
  }
}

cluster::~cluster() {
  nodes_.clear();
  for (const auto& [name, log] : logs_)
    for (const auto& line : log->lines())
      if (!may_diverge && line.starts_with("error code=diverged"))
        FAIL_CHECK(name << ": " << line); // which does not throw
}

node& cluster::spawn(const std::string& name) {
  auto& log = logs_[name];
  if (!log)
    log = std::make_shared<event_log>();
  node_parts parts;
  parts.network = network_;
  if (const auto storage = storages.find(name); storage != storages.end())
    parts.storage = storage->second;
  auto made = spawn_node(*system_, configs_.at(name), std::move(parts));
  if (!made)
    FAIL("cannot spawn " << name << ": " << to_string(made.error()));
  auto& result = *(nodes_[name] = std::make_unique<node>(std::move(*made)));
  result.on_any([sink = log](const any_event& value) { sink->add(value); });
  const auto problem = result.start();
  if (problem)
    FAIL("cannot start " << name << ": " << to_string(problem));
  return result;
}

void cluster::start_all() {
  for (const auto& [name, config] : configs_)
    spawn(name);
}

void cluster::remove(const std::string& name) {
  nodes_.erase(name);
}

std::vector<std::string> cluster::names() const {
  std::vector<std::string> result;
  for (const auto& [name, member] : nodes_)
    result.push_back(name);
  return result;
}

node_config cluster::config_of(const std::string& name) const {
  return configs_.at(name);
}

bool cluster::converge(const std::string& collection) {
  return eventually([&] {
    std::optional<collection_status> first;
    for (const auto& [name, member] : nodes_) {
      auto all = member->storages();
      if (!all)
        return false;
      const auto found = std::find_if(all->begin(), all->end(), [&](const auto& one) {
        return one.name == collection && one.number != 0;
      });
      if (found == all->end())
        return false;
      if (!first)
        first = *found;
      else if (found->digest != first->digest || found->size != first->size)
        return false;
    }
    return first.has_value();
  });
}

std::string cluster::agreed_leader(caf::timespan timeout) {
  std::string leader;
  const auto agreed = eventually(
      [&] {
        leader.clear();
        for (const auto& [name, member] : nodes_) {
          if (!member->running())
            continue;
          const auto id = member->leader_id();
          if (id.empty() || (!leader.empty() && id != leader))
            return false;
          leader = id;
        }
        return !leader.empty() && has(leader) && at(leader).leader();
      },
      timeout);
  return agreed ? leader : std::string{};
}

} // namespace hamok::test
