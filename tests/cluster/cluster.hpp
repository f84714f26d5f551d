#pragma once

// A cluster inside one process: members that the tests start, stop, cut off and ask. Every wait has
// a deadline and a condition; nothing sleeps for luck.

#include "hamok/actors/plugin.hpp"
#include "hamok/tests/catch.hpp"

#include <caf/io/middleman.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace hamok::test {

/// How long anything that should happen may take on a loaded machine.
inline constexpr auto deadline = std::chrono::seconds{20};

/// Polls `condition` until it holds; false when it does not in time.
bool eventually(const std::function<bool()>& condition, caf::timespan timeout = deadline);

/// Gathers the events of one node, as text.
class event_log {
public:
  void add(const any_event& value);
  [[nodiscard]] std::vector<std::string> lines() const;
  /// Waits until a line that starts with `prefix` is there.
  [[nodiscard]] bool wait_for(const std::string& prefix, caf::timespan timeout = deadline) const;

private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::string> lines_;
};

/// The value, or a failed test.
template <class T>
T must(caf::expected<T> value) {
  if (!value)
    FAIL("unexpected error: " << to_string(value.error()));
  return std::move(*value);
}

enum class transport { local, broker };

/// The members "a", "b", "c" and so on of one cluster.
class cluster {
public:
  cluster(transport kind, std::size_t size,
          const std::function<void(node_config&)>& adjust = nullptr);
  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;
  ~cluster();

  /// Spawns and starts the member of this name (again, as a new process would).
  node& spawn(const std::string& name);
  void start_all();
  /// Ends a member and forgets it.
  void remove(const std::string& name);

  [[nodiscard]] node& at(const std::string& name) { return *nodes_.at(name); }
  [[nodiscard]] bool has(const std::string& name) const { return nodes_.count(name) != 0; }
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] event_log& log(const std::string& name) { return *logs_.at(name); }
  [[nodiscard]] node_config config_of(const std::string& name) const;
  [[nodiscard]] caf::actor_system& system() { return *system_; }
  [[nodiscard]] const std::shared_ptr<local_network>& network() const { return network_; }

  /// Whether the members hold the same is checked all the time, and no test passes where they have
  /// not, but those of that check.
  bool may_diverge = false;

  /// What the members' logs are kept in, by name; to be filled before `spawn`.
  std::map<std::string, std::shared_ptr<raft::log_storage>> storages;

  /// Waits until the collection has the same digest and index on all members; gives false if not.
  bool converge(const std::string& collection);

  /// The one member that all running members take for the leader.
  std::string agreed_leader(caf::timespan timeout = deadline);

private:
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::shared_ptr<local_network> network_ = std::make_shared<local_network>();
  std::map<std::string, node_config> configs_;
  std::map<std::string, std::shared_ptr<event_log>> logs_;
  std::map<std::string, std::unique_ptr<node>> nodes_;
};

} // namespace hamok::test
