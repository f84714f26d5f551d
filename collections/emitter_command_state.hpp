#pragma once

// The language of the emitter: commands, questions, and their answers. The emitter's actors, the
// CLI and remote clients write it, `emitter_state` understands it. Commands are in logs: only add
// at the end.

#include "hamok/raft/bytes.hpp"
#include "hamok/raft/codec.hpp"
#include "hamok/raft/types.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hamok {

/// Who listens: a life of a member, and the number of one of its subscribers.
struct event_subscriber {
  raft::member_id member;
  std::uint64_t number = 0;

  friend auto operator<=>(const event_subscriber&, const event_subscriber&) = default;
};

/// One subscriber that listens to one event.
struct event_subscription {
  std::string event;
  event_subscriber subscriber;
  blob metadata;

  friend bool operator==(const event_subscription&, const event_subscription&) = default;
};

/// Who waits to hear what has become of an event that went through the log.
struct event_origin {
  raft::member_id member;
  std::uint64_t origin = 0;  ///< its collection actor (`proposal_batch::origin`)
  std::uint64_t request = 0; ///< 0: nobody waits

  friend bool operator==(const event_origin&, const event_origin&) = default;
};

/// Events of an emitter, as `state_event::kind`. The key of the first three is a subscription, see
/// `emitter_answer::decode`.
enum class emitter_event : std::uint8_t {
  added = 0,     ///< new value: its metadata
  updated = 1,   ///< old and new value: its metadata
  removed = 2,   ///< old value: its metadata
  published = 3, ///< key: the event's name; old value: its origin; new value: what it carries
};

/// `collection_spec::options` of an emitter: a sum of these, as one byte; empty: none.
namespace emitter_option {

inline constexpr std::uint8_t ordered = 1;    ///< events go through the log
inline constexpr std::uint8_t keeps_dead = 2; ///< subscriptions of who is gone stay

} // namespace emitter_option

/// What an emitter takes at the most. The same on all members: part of what commands do.
namespace emitter_limit {

/// Bytes of the name of an event.
inline constexpr std::size_t name_bytes = 1024;
/// Bytes of the metadata of one subscription.
inline constexpr std::size_t metadata_bytes = std::size_t{64} << 10;
/// Bytes that one event carries.
inline constexpr std::size_t payload_bytes = std::size_t{16} << 20;
/// Subscriptions of one emitter.
inline constexpr std::size_t subscriptions = std::size_t{1} << 18;

} // namespace emitter_limit

// A command beyond `emitter_limit` ends with `too_large` and changes nothing.

namespace emitter_command {

using bytes_view = std::span<const std::byte>;

enum class code : std::uint8_t {
  subscribe = 1,
  unsubscribe,
  update,
  remove_subscriber,
  remove_member,
  publish,
};

/// Lets the subscriber listen to the event; where it does already, its metadata is replaced.
/// Answers whether it is new.
[[nodiscard]] blob subscribe(std::string_view event, const event_subscriber& who,
                             bytes_view metadata);
/// Ends that, and nothing else. Answers whether it was there.
[[nodiscard]] blob unsubscribe(std::string_view event, const event_subscriber& who);
/// Replaces the metadata of a subscription, if it is there and (where something is expected) has
/// exactly these bytes. Answers whether it did.
[[nodiscard]] blob update(std::string_view event, const event_subscriber& who, bytes_view metadata,
                          const std::optional<blob>& expected);
/// Ends all that this subscriber listens to. Answers with their number.
[[nodiscard]] blob remove_subscriber(const event_subscriber& who);
/// Ends all subscriptions of this life of a member. Answers with their number.
[[nodiscard]] blob remove_member(const raft::member_id& member);
/// Changes nothing, and tells everybody. Answers with the members that had a subscriber.
[[nodiscard]] blob publish(std::string_view event, bytes_view payload, const event_origin& from);

} // namespace emitter_command

namespace emitter_query {

enum class code : std::uint8_t {
  has_subscribers = 1,
  subscriptions,
  all,
};

/// Answers with a bool.
[[nodiscard]] blob has_subscribers(std::string_view event);
/// Answers with the subscriptions to the event, sorted by member and number.
[[nodiscard]] blob subscriptions(std::string_view event);
/// Answers with all subscriptions, sorted by event, member and number.
[[nodiscard]] blob all();

} // namespace emitter_query

// Answers, besides the plain ones of `map_answer`, and parts of events. Each `decode` is false when
// the bytes are not exactly one of its type.

namespace emitter_answer {

[[nodiscard]] blob encode(const std::vector<raft::member_id>& members);
[[nodiscard]] blob encode(const std::vector<event_subscription>& subscriptions);
/// A subscription without its metadata: the key of an event.
[[nodiscard]] blob encode_key(std::string_view event, const event_subscriber& who);
[[nodiscard]] blob encode(const event_origin& origin);

[[nodiscard]] bool decode(const blob& answer, std::vector<raft::member_id>& out);
[[nodiscard]] bool decode(const blob& answer, std::vector<event_subscription>& out);
/// Leaves the metadata alone.
[[nodiscard]] bool decode_key(const blob& key, event_subscription& out);
[[nodiscard]] bool decode(const blob& bytes, event_origin& out);

} // namespace emitter_answer

namespace detail {

/// The name of an event, of a size that it may have.
[[nodiscard]] std::string read_event_name(raft::reader& in);
void write_subscriber(const event_subscriber& who, raft::writer& out);
[[nodiscard]] event_subscriber read_subscriber(raft::reader& in);
void write_origin(const event_origin& origin, raft::writer& out);
[[nodiscard]] event_origin read_origin(raft::reader& in);

} // namespace detail

} // namespace hamok
