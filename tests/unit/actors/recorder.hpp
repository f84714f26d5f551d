#pragma once

// What unit tests of actors share: an actor system without the middleman, waiting for a condition,
// and actors that stand in for others and remember what they are told.

#include "hamok/actors/plugin.hpp"
#include "hamok/tests/catch.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace hamok::test {

/// Polls `condition` until it holds; false when it does not within twenty seconds.
inline bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

/// A list that actors write and the test reads.
template <class T>
class record {
public:
  void add(T value) {
    const std::lock_guard guard{mutex_};
    values_.push_back(std::move(value));
  }
  [[nodiscard]] std::vector<T> get() const {
    const std::lock_guard guard{mutex_};
    return values_;
  }
  [[nodiscard]] std::size_t size() const { return get().size(); }

private:
  mutable std::mutex mutex_;
  std::vector<T> values_;
};

/// An actor system whose actors run on CAF's scheduler.
struct system_fixture {
  system_fixture() : system((init(), settings)) {}

  /// Kills the actor and waits until it is gone, so that what it writes to may go as well.
  template <class Handle>
  void kill(const Handle& whom) {
    if (!whom)
      return;
    caf::scoped_actor self{system};
    caf::anon_send_exit(whom, caf::exit_reason::kill);
    self->wait_for(whom);
  }

  caf::actor_system_config settings;
  caf::actor_system system;
};

} // namespace hamok::test
