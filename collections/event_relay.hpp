#pragma once

// Brings the events of a collection to one subscriber, and bounds what a slow one lets pile up.

#include "hamok/actors/interfaces/interfaces.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace hamok {

/// `collection_event::kind` when the collection is closed on the subscriber's member.
inline constexpr std::uint8_t closed_event_kind = 255;

/// One subscriber, as the collection actor sees it. Events go through a hidden actor, which asks
/// the subscriber now and then how far it has come. What a slow subscriber would have to buffer
/// beyond the limit is dropped; `event::lagged` says in its place how much is missing.
class event_relay {
public:
  /// Subscribers that do not look into their mailbox for this long are given up.
  static constexpr caf::timespan patience = std::chrono::minutes{5};

  event_relay(caf::actor_system& system, const caf::actor& subscriber, std::size_t max_buffered);

  /// Passes the event on, or drops it.
  void send(const collection_event& event);

  /// Ends the hidden actor, after what was sent.
  void close();

  [[nodiscard]] const caf::actor& subscriber() const noexcept { return subscriber_; }
  /// The hidden actor: it ends when the subscriber does.
  [[nodiscard]] const caf::actor& relay() const noexcept { return relay_; }

private:
  bool make_room();

  caf::actor subscriber_;
  std::shared_ptr<std::atomic<std::size_t>> buffered_;
  std::size_t max_buffered_;
  std::uint64_t missed_ = 0;
  caf::actor relay_;
};

} // namespace hamok
