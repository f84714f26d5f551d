// A cluster over a transport of the application's own. Hamok hands out frames and takes them in;
// here a bus carries them, which stands for whatever an application has: a message broker, an
// encrypted tunnel, a serial line. It loses one frame in a hundred, and nobody minds.
//
// Prints:  a, b and c have met on the bus
//          c has seen: alice is 42

#include "hamok/actors/plugin.hpp"

#include <caf/actor_system.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;

/// Carries bytes between parties that have a name each, in a thread of its own. It knows nothing of
/// Hamok.
class bus {
public:
  using bytes = std::vector<std::byte>;
  using receiver = std::function<void(const std::string& from, const bytes& what)>;

  ~bus() { end(); }

  /// Carries nothing any more.
  void end() {
    {
      const std::lock_guard guard{mutex_};
      closing_ = true;
    }
    changed_.notify_all();
    if (carrier_.joinable())
      carrier_.join();
  }

  void listen(const std::string& name, receiver then) {
    const std::lock_guard guard{mutex_};
    receivers_[name] = std::move(then);
  }

  /// Does not wait. What piles up is thrown away at some point, as buses do.
  void send(const std::string& from, const std::string& to, bytes what) {
    const std::lock_guard guard{mutex_};
    if (closing_ || ++sent_ % 100 == 0 || queue_.size() > 10'000)
      return; // lost
    queue_.push_back({from, to, std::move(what)});
    changed_.notify_all();
  }

private:
  struct parcel {
    std::string from;
    std::string to;
    bytes what;
  };

  void carry() {
    std::unique_lock guard{mutex_};
    while (true) {
      changed_.wait(guard, [this] { return closing_ || !queue_.empty(); });
      if (closing_)
        return;
      const auto next = std::move(queue_.front());
      queue_.pop_front();
      const auto found = receivers_.find(next.to);
      if (found == receivers_.end())
        continue;
      const auto deliver = found->second;
      guard.unlock();
      deliver(next.from, next.what);
      guard.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, receiver> receivers_;
  std::deque<parcel> queue_;
  std::uint64_t sent_ = 0;
  bool closing_ = false;
  std::thread carrier_{[this] { carry(); }};
};

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

/// A member that sends and hears by way of the bus. Each would be in a process of its own.
hamok::node join(caf::actor_system& system, bus& carrier, const std::string& name) {
  hamok::node_config config;
  config.peer_id = name;
  config.link = hamok::link_kind::custom;
  config.initial_members = {{"a", {}}, {"b", {}}, {"c", {}}};
  config.auto_start = false; // first the bus has to be connected
  auto node = must(hamok::spawn_node(system, config));
  node.on<hamok::event::message>([&carrier, name](const hamok::event::message& x) {
    if (!x.frame.empty())
      carrier.send(name, x.peer, {x.frame.bytes().begin(), x.frame.bytes().end()});
  });
  return node;
}

} // namespace

int main() {
  hamok::init();
  caf::actor_system_config config;
  caf::actor_system system{config};
  bus carrier;
  std::vector<hamok::node> nodes;
  for (const auto* name : {"a", "b", "c"})
    nodes.push_back(join(system, carrier, name));
  for (auto& node : nodes) {
    carrier.listen(node.local_peer_id(), [&node](const std::string& from, const bus::bytes& what) {
      node.accept(from, hamok::blob::from_vector(what)); // never waits
    });
    must(node.start());
  }
  must(nodes[0].wait_until_leader(20s));
  std::cout << "a, b and c have met on the bus\n";

  auto on_a = must(nodes[0].create_map<std::string, int>("users"));
  auto on_c = must(nodes[2].create_map<std::string, int>("users"));
  must(on_a.set("alice", 42).get());
  must(on_c.set("bob", 7).get()); // behind this, c has seen what was acknowledged before
  std::cout << "c has seen: alice is " << must(on_c.get("alice")).value_or(0) << '\n';
  carrier.end(); // nothing is brought to a node that is gone
}
