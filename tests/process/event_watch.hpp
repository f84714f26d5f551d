#pragma once

// A program that follows the events of one member, in a thread of its own.

#include "hamok/io/client.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hamok::process_test {

/// Gathers the node's events as text, without what comes all the time (commits and heartbeats).
class event_watch {
public:
  /// Returns when the member tells its events to this object.
  explicit event_watch(client via);
  ~event_watch();
  event_watch(const event_watch&) = delete;
  event_watch& operator=(const event_watch&) = delete;

  /// Waits for an event whose text starts so; false: it does not come.
  [[nodiscard]] bool saw(const std::string& beginning,
                         std::chrono::milliseconds limit = std::chrono::seconds{20}) const;

private:
  void run(client via);

  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_; ///< guards what follows
  mutable std::condition_variable changed_;
  bool subscribed_ = false;
  bool ended_ = false;
  std::vector<std::string> lines_;
  std::thread thread_;
};

} // namespace hamok::process_test
