#pragma once

// Brings the events of a collection to one subscriber, and bounds what a slow one lets pile up.

#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/collections/state_machine_state.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

namespace hamok {

/// `collection_event::kind` when the collection is closed on the subscriber's member.
inline constexpr std::uint8_t closed_event_kind = 255;

/// `collection_event::kind` when the content was replaced by that of a snapshot, at the index of
/// the event, because the member lacked too much of the log or because somebody has imported one:
/// what changed is told by no other event, and the content has to be read anew. Events of what
/// follows come behind it.
inline constexpr std::uint8_t resync_event_kind = replaced_event_kind;

/// One subscriber, as the collection actor sees it. Events go through a hidden actor, which asks
/// the subscriber now and then how far it has come. What a slow subscriber would have to buffer
/// beyond the limit is dropped; `event::lagged` says in its place how much is missing: as soon as
/// the subscriber has caught up, or at the end.
class event_relay {
public:
  /// What both sides know. What is sent to the hidden actor under the lock is in the order in which
  /// the numbers change.
  struct account {
    std::mutex mutex;
    std::size_t max_buffered = 0;
    std::size_t buffered = 0; ///< on their way to the subscriber, or in its mailbox
    std::uint64_t missed = 0; ///< dropped since

    /// Half of the room is free.
    [[nodiscard]] bool relaxed() const { return buffered <= max_buffered / 2; }
  };

  /// Subscribers that do not look into their mailbox for this long are given up.
  static constexpr caf::timespan patience = std::chrono::minutes{5};

  event_relay(caf::actor_system& system, const caf::actor& subscriber, std::size_t max_buffered);

  /// Passes the event on, or drops it.
  void send(const collection_event& event);

  /// The same for an event that nobody may miss: there is always room for it.
  void insist(const collection_event& event);

  /// Ends the hidden actor, after what was sent.
  void close();
  /// The same after a last event, for which there is always room.
  void close(const collection_event& last);

  [[nodiscard]] const caf::actor& subscriber() const noexcept { return subscriber_; }
  /// The hidden actor: it ends when the subscriber does.
  [[nodiscard]] const caf::actor& relay() const noexcept { return relay_; }

private:
  caf::actor subscriber_;
  std::shared_ptr<account> account_;
  caf::actor relay_;
};

} // namespace hamok
