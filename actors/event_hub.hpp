#pragma once

// Tells every subscriber of a node what happens, without ever waiting for one.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/event_queue.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace hamok {

/// The subscribers of one node. Used by the node actor alone.
///
/// A forwarder actor stands between the node and each subscriber: it sends a limited number of
/// events, waits until the subscriber has worked on the last of them, and keeps the others in a
/// bounded queue. So neither mailbox nor queue of a slow subscriber grows without bound.
class event_hub {
public:
  event_hub(caf::actor_system& system, std::size_t limit);
  event_hub(const event_hub&) = delete;
  event_hub& operator=(const event_hub&) = delete;
  ~event_hub();

  /// Sends every event to `subscriber` from now on and as long as it lives, `event::message` only
  /// `with_messages`. Once more changes only the latter.
  void add(const caf::actor& subscriber, bool with_messages);
  void remove(const caf::actor_addr& subscriber);

  void publish(const any_event& value);

  /// Subscribers, without those that are known to have ended.
  [[nodiscard]] std::size_t size();

  /// Whether a subscriber wants `event::message`; to be read from any thread.
  [[nodiscard]] std::shared_ptr<const std::atomic<bool>> watch_messages() const { return watch_; }
  [[nodiscard]] bool wants_messages() const { return watch_->load(std::memory_order_relaxed); }

private:
  struct subscription {
    caf::actor_addr subscriber;
    caf::actor forwarder;
    std::shared_ptr<event_queue> queue;
    bool with_messages;
  };

  void forget_the_dead();
  static void end(const subscription& ended, bool give_out_rest);
  void update_watch();

  caf::actor_system& system_;
  std::size_t limit_;
  std::shared_ptr<std::atomic<bool>> watch_;
  std::vector<subscription> subscriptions_;
};

/// The behavior of an actor that passes every event to `callback`.
[[nodiscard]] caf::behavior event_listener(std::function<void(const any_event&)> callback);

} // namespace hamok
