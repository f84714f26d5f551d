// Work that only one member of a cluster does at a time: it begins when the member becomes leader
// and ends when it is no longer. The first leader is stopped here, and another one takes over.
//
// Prints:  a begins to work   (or b, or c)
//          a ends its work    (the same)
//          c begins to work   (one of the others)

#include "hamok/actors/plugin.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <vector>

namespace {

/// The work of the whole cluster. Callbacks of a node run in a thread of that node.
class workplace {
public:
  void begin(const std::string& who) {
    const std::lock_guard guard{mutex_};
    std::cout << who << " begins to work\n";
    worker_ = who;
    changed_.notify_all();
  }

  void end(const std::string& who) {
    const std::lock_guard guard{mutex_};
    if (worker_ != who)
      return;
    std::cout << who << " ends its work\n";
    worker_.clear();
  }

  /// The name of a worker that is not `not_this`, empty after ten seconds without one.
  std::string await_worker(const std::string& not_this) {
    std::unique_lock guard{mutex_};
    changed_.wait_for(guard, std::chrono::seconds{10},
                      [&] { return !worker_.empty() && worker_ != not_this; });
    return worker_ != not_this ? worker_ : std::string{};
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string worker_;
};

hamok::node_config config_of(const std::string& name) {
  hamok::node_config config;
  config.peer_id = name;
  config.link = hamok::link_kind::local;
  for (const auto* founder : {"a", "b", "c"})
    config.initial_members.push_back({founder, {}});
  config.auto_start = false; // so that no event is missed
  return config;
}

} // namespace

int main() {
  hamok::init();
  caf::actor_system_config config;
  caf::actor_system system{config};
  workplace work;

  std::vector<hamok::node> nodes;
  std::vector<hamok::subscription> callbacks;
  for (const std::string name : {"a", "b", "c"}) {
    auto node = hamok::spawn_node(system, config_of(name));
    if (!node)
      return std::cerr << to_string(node.error()) << '\n', 1;
    callbacks.push_back(node->on<hamok::event::state_changed>(
        [&work, name](const hamok::event::state_changed& what) {
          if (what.now == hamok::raft::role::leader)
            work.begin(name);
          else if (what.before == hamok::raft::role::leader)
            work.end(name);
        }));
    nodes.push_back(std::move(*node));
  }
  for (auto& node : nodes)
    if (auto failed = node.start())
      return std::cerr << to_string(failed) << '\n', 1;

  // Whoever stops its member ends its work first; the event is for those who lose the leadership.
  const auto first = work.await_worker("");
  for (auto& node : nodes) {
    if (node.local_peer_id() != first)
      continue;
    work.end(first);
    if (auto failed = node.stop())
      return std::cerr << to_string(failed) << '\n', 1;
  }
  const auto second = first.empty() ? first : work.await_worker(first);

  for (const auto& callback : callbacks) // the last leader has nobody to hand its work to
    callback.cancel();
  for (auto& node : nodes) // `work` must outlive the last callback
    if (auto failed = node.close())
      return std::cerr << to_string(failed) << '\n', 1;
  return second.empty() ? 1 : 0;
}
