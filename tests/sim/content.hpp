#pragma once

// The content of a collection as plain numbers: what a model has, and what a member's bytes stand
// for.

#include <cstdint>
#include <string>
#include <vector>

namespace hamok::sim {

/// What a collection is; a table is the simulator's own.
enum class collection_kind : std::uint8_t { table, map, record, queue, emitter, remote_map };

/// One thing in a collection. Of tables, maps and records a key and its value; of queues an item;
/// of emitters a subscription (see `to_number`) and its metadata; of remote maps the index of an
/// operation that waits, and those of `remote_item`.
struct item {
  std::uint64_t name = 0;
  std::uint64_t value = 0;

  friend auto operator<=>(const item&, const item&) = default;
};

/// What the log says of a remote map besides: the last claim, the last operation that is reported,
/// and hashes of what has become of that and of those before it.
namespace remote_item {

inline constexpr std::uint64_t executor = std::uint64_t{1} << 62U;
inline constexpr std::uint64_t reported = executor + 1;
inline constexpr std::uint64_t outcome = executor + 2; ///< to which the index is added

/// Outcomes are those of operations at so many indices up to the last one that is reported.
inline constexpr std::uint64_t outcome_window = 64;

} // namespace remote_item

/// All of it: a queue's in its order, all others sorted.
using content = std::vector<item>;

/// Who listens to what. Each two members have one name: they are two lives of it.
struct subscription {
  std::uint64_t event = 0;
  std::uint64_t member = 0;
  std::uint64_t number = 0; ///< of the subscriber at its member
};

[[nodiscard]] constexpr std::uint64_t to_number(const subscription& value) noexcept {
  return value.event << 32U | value.member << 16U | value.number;
}
[[nodiscard]] constexpr subscription to_subscription(std::uint64_t number) noexcept {
  return {number >> 32U, number >> 16U & 0xFFFF, number & 0xFFFF};
}

/// Of the items in their order.
[[nodiscard]] std::uint64_t hash_of(const content& items) noexcept;

/// What a collection of this kind and content adds to the digest of all that a member holds: the
/// digest is the sum of these.
[[nodiscard]] std::uint64_t digest_part(collection_kind kind, const content& items) noexcept;

/// Hash of one item of a table; `digest_part` is the sum of these.
[[nodiscard]] std::uint64_t content_hash(std::uint8_t key, std::uint64_t value) noexcept;

[[nodiscard]] const char* to_string(collection_kind kind) noexcept;
/// "{3=1 4=7}", "[5 6]"
[[nodiscard]] std::string to_string(collection_kind kind, const content& items);

} // namespace hamok::sim
