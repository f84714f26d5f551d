#pragma once

// Nodes of one process that know each other by seeds alone.

#include "hamok/tests/cluster/cluster.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hamok::test {

/// Nodes that come and go; each listens on a port of its own.
class crowd {
public:
  using adjustment = std::function<void(node_config&)>;

  explicit crowd(adjustment adjust = nullptr);
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;
  ~crowd();

  /// Starts a node of this name, with a log of its own.
  node& add(const std::string& name, std::vector<std::string> seeds, std::uint32_t expect = 1,
            std::string listen = "127.0.0.1:0");
  /// Ends it in order, and forgets it but for its log.
  void remove(const std::string& name) { nodes_.erase(name); }

  [[nodiscard]] node& at(const std::string& name) { return *nodes_.at(name); }
  [[nodiscard]] event_log& log(const std::string& name) { return *logs_.at(name); }

  /// Whether every node comes to see these members, all of them voters, and a leader.
  [[nodiscard]] bool agree(std::vector<std::string> names);

private:
  adjustment adjust_;
  caf::actor_system_config settings_;
  std::unique_ptr<caf::actor_system> system_;
  std::map<std::string, std::shared_ptr<event_log>> logs_;
  std::map<std::string, std::unique_ptr<node>> nodes_;
};

} // namespace hamok::test
