#pragma once

// What clients ask for, and the bytes of it that become an entry.

#include "hamok/raft/bytes.hpp"
#include "hamok/raft/types.hpp"
#include "hamok/tests/sim/content.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hamok::sim {

enum class operation_kind : std::uint8_t {
  // what changes no content
  create, ///< the collection, unless somebody did; gives its number
  open,   ///< a session of the client
  keep_alive,
  close, ///< the session: another one follows
  // tables, maps and records
  set,       ///< gives the value before
  insert,    ///< gives the value that is there; sets only when there is none
  update_if, ///< when the value is `expected`; gives whether it was
  remove,    ///< gives the value before
  remove_if, ///< when the value is `expected`; gives whether it was
  add, ///< to the value, or to 0: shows at once when it is applied twice; gives the one before
  // of several keys at once
  set_all,
  insert_all,
  update_all_if,
  remove_all,
  erase,
  erase_all,
  clear, ///< queues, too
  // queues
  push,
  push_all,
  pop,
  // emitters
  subscribe,
  unsubscribe,
  update,
  remove_subscriber,
  remove_member,
  publish,
  // remote maps, by the member that executes
  claim,  ///< gives the index
  report, ///< gives whether it counts
  // all but tables
  import, ///< replaces the content
  end_
};

/// An operation in the session that it belongs to, which counts for itself.
struct session_place {
  std::uint32_t session = 0;  ///< of its client, one after another
  std::uint64_t sequence = 0; ///< from 1 on; 0: it is about the session
  std::uint64_t first_outstanding = 0;

  friend bool operator==(const session_place&, const session_place&) = default;
};

/// One operation of one client. The pair (client, sequence) names it, however often it is sent.
struct operation {
  std::uint32_t client = 0;
  std::uint64_t sequence = 0;
  std::uint64_t first_outstanding = 0; ///< all before are acknowledged and will not be asked again
  collection_kind collection = collection_kind::table;
  std::uint64_t number = 0; ///< of the collection, once it is known
  session_place place;
  operation_kind kind = operation_kind::open;
  std::uint8_t key = 0;
  std::uint8_t count = 0; ///< of things, where there are several
  std::uint64_t value = 0;
  std::uint64_t expected = 0;
  /// Of a report, as the library says it: of `count` operations from the one at index `value` on,
  /// by the executor `expected`.
  blob words;

  friend bool operator==(const operation&, const operation&) = default;
};

/// What clients of such a collection ask for, once they have a session; what is asked for more
/// often is there more often.
[[nodiscard]] const std::vector<operation_kind>& operations_of(collection_kind kind);

// -- what the numbers of an operation mean --------------------------------------------------------

/// Keys and values of an operation on several; a key may be there twice.
[[nodiscard]] std::vector<item> pairs_of(const operation& op);

/// What an update of several wants to find at a key.
enum class expectation : std::uint8_t { value, absent, value_or_absent };
struct expected_item {
  std::uint64_t key = 0;
  expectation what = expectation::value; ///< the value is `operation::expected`
};
[[nodiscard]] std::vector<expected_item> expectations_of(const operation& op);

/// The items that it pushes, or that the import has: no other operation has the same.
[[nodiscard]] std::vector<std::uint64_t> pushed_by(const operation& op);
/// Who pushed it: a client and a sequence.
[[nodiscard]] std::pair<std::uint32_t, std::uint64_t> pusher_of(std::uint64_t pushed) noexcept;
[[nodiscard]] subscription subscription_of(const operation& op) noexcept;
/// Whether an update of metadata wants to find `expected`.
[[nodiscard]] bool expects_metadata(const operation& op) noexcept;
/// What an import into an emitter has: subscriptions and metadata.
[[nodiscard]] content subscriptions_of(const operation& op);

/// What an operation, once applied, answers.
struct operation_result {
  /// False when the operation had been applied before: then `result` and `index` are those of then.
  bool fresh = false;
  /// What its kind gives; a value that is not there is 0, and of a list this is the hash.
  std::uint64_t result = 0;
  raft::index_t index = 0; ///< 0: it came too late or too early, and did nothing

  friend bool operator==(const operation_result&, const operation_result&) = default;
};

/// The operation, the bytes for the state machine behind it, and `padding` bytes to give it a size.
[[nodiscard]] blob to_payload(const operation& value, const blob& inner, std::size_t padding);

struct command {
  operation what;
  blob inner;
};

/// The opposite; nothing when `payload` is none of ours.
[[nodiscard]] std::optional<command> from_payload(const blob& payload);

[[nodiscard]] const char* to_string(operation_kind kind) noexcept;
[[nodiscard]] std::string to_string(const operation& value);

} // namespace hamok::sim
