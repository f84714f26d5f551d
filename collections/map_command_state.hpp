#pragma once

// The language of the byte map: commands, questions, and their answers. Facades, the CLI and remote
// clients write it, `map_state` understands it. Commands are in logs: only add at the end.

#include "hamok/raft/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace hamok {

/// A key with its value. Every value is one, the empty one too.
struct key_value {
  blob key;
  blob value;

  friend bool operator==(const key_value&, const key_value&) = default;
};

/// Events of a map, as `state_event::kind`.
enum class map_event : std::uint8_t {
  insert = 0, ///< key, new value
  update = 1, ///< key, old and new value
  remove = 2, ///< key, old value
  clear = 3,
};

/// What a map takes and gives at the most. The same on all members: part of what commands do.
namespace map_limit {

/// Bytes of one answer: a frame (64 MiB) with room for what is around it.
inline constexpr std::size_t answer_bytes = (std::size_t{64} << 20) - 1024;
/// Bytes of a key with its value: what can be set can be answered, too.
inline constexpr std::size_t pair_bytes = answer_bytes - 32;
/// Keys or pairs of one command or question: a short one makes no long list of events.
inline constexpr std::size_t command_items = std::size_t{1} << 18;
/// Bytes of one page of a scan, unless its first entry alone is larger.
inline constexpr std::size_t page_bytes = std::size_t{4} << 20;

} // namespace map_limit

// A command beyond `map_limit`, or one whose answer would be, ends with `too_large` and changes
// nothing.

/// What `map_command::update_all_if` asks of one entry. Numbers are in logs.
struct expected_entry {
  enum class kind : std::uint8_t {
    value = 1,           ///< there is one with exactly these bytes
    absent = 2,          ///< there is none
    value_or_absent = 3, ///< one of both
  };

  blob key;
  blob value; ///< nothing for `absent`
  kind what = kind::value;

  friend bool operator==(const expected_entry&, const expected_entry&) = default;
};

namespace map_command {

using bytes_view = std::span<const std::byte>;

enum class code : std::uint8_t {
  set = 1,
  set_all,
  insert,
  insert_all,
  update_if,
  remove,
  remove_all,
  remove_if,
  erase,
  erase_all,
  clear,
  update_all_if,
};

/// Sets the value; answers with the previous one, if any.
[[nodiscard]] blob set(bytes_view key, bytes_view value);
/// Sets them in this order: the last one of a key stays. Answers with the pairs that were replaced.
[[nodiscard]] blob set_all(const std::vector<key_value>& entries);
/// Sets the value if there is none; answers with the existing one, if any.
[[nodiscard]] blob insert(bytes_view key, bytes_view value);
/// Inserts those whose keys are absent, in this order: the first one of a key counts. Answers with
/// the existing pairs of the others, each key once.
[[nodiscard]] blob insert_all(const std::vector<key_value>& entries);
/// Sets the value if the present one has exactly the bytes `expected`; answers whether it did.
[[nodiscard]] blob update_if(bytes_view key, bytes_view value, bytes_view expected);
/// Removes the key; answers with its value, if any.
[[nodiscard]] blob remove(bytes_view key);
/// Removes the keys; answers with the pairs that were there.
[[nodiscard]] blob remove_all(const std::vector<blob>& keys);
/// Removes the key if its value has exactly the bytes `expected`; answers whether it did.
[[nodiscard]] blob remove_if(bytes_view key, bytes_view expected);
/// Removes the key; answers whether it was there.
[[nodiscard]] blob erase(bytes_view key);
/// Removes the keys; answers with those that were there.
[[nodiscard]] blob erase_all(const std::vector<blob>& keys);
/// Removes everything; answers with the number of entries that there were.
[[nodiscard]] blob clear();
/// Sets all entries, as `set_all` does, if each of `expected` is as it says before the first of
/// them is set; answers whether it did. Keys may be in one list, in both, or several times in each.
[[nodiscard]] blob update_all_if(const std::vector<key_value>& entries,
                                 const std::vector<expected_entry>& expected);

} // namespace map_command

// A question whose answer would be larger than `map_limit::answer_bytes` is refused as `too_large`:
// a scan reads a map of any size in pages.

namespace map_query {

using bytes_view = std::span<const std::byte>;

enum class code : std::uint8_t {
  get = 1,
  get_all,
  contains,
  keys,
  values,
  entries,
  size,
  digest,
  scan,
};

/// Answers with the value, if any.
[[nodiscard]] blob get(bytes_view key);
/// Answers with the pairs of those keys that are there.
[[nodiscard]] blob get_all(const std::vector<blob>& keys);
/// Answers with a bool.
[[nodiscard]] blob contains(bytes_view key);
/// Answers with all keys, sorted by their bytes.
[[nodiscard]] blob keys();
/// Answers with all values, in the order of the keys.
[[nodiscard]] blob values();
/// Answers with all pairs, in the order of the keys.
[[nodiscard]] blob entries();
/// Answers with a number.
[[nodiscard]] blob size();
/// Answers with the 16 bytes of the content's digest.
[[nodiscard]] blob digest();
/// Answers with a page: the pairs that come behind the key `after` (none: from the start), at most
/// `max_entries` and no more than `map_limit::page_bytes`; an empty page is the end. The last key
/// of a page is where the next one goes on, whether it is still there or not.
///
/// The order is that of the keys' hashes: it means nothing, but it is the same on all members and
/// does not depend on what else is in the map. So what is there during the whole scan comes exactly
/// once, what changes meanwhile at most once, and all pages together cost one walk.
[[nodiscard]] blob scan(const std::optional<blob>& after, std::uint64_t max_entries);

} // namespace map_query

// Answers. Each `decode` is false when `answer` is not exactly one of its type.

namespace map_answer {

/// One byte in front of a value tells "the empty value" from "no value".
inline constexpr std::byte present{1};

/// Bytes that a part of this size takes in a list.
[[nodiscard]] constexpr std::size_t size_in_list(std::size_t size) noexcept {
  std::size_t length = 1;
  for (auto rest = size; rest >= 0x80; rest >>= 7U)
    ++length;
  return length + size;
}
/// The same for a pair.
[[nodiscard]] constexpr std::size_t size_in_list(std::size_t key, std::size_t value) noexcept {
  return size_in_list(key) + size_in_list(value);
}

[[nodiscard]] blob encode(bool value);
[[nodiscard]] blob encode(std::uint64_t value);
[[nodiscard]] blob encode(const std::vector<blob>& values);
[[nodiscard]] blob encode(const std::vector<key_value>& values);

[[nodiscard]] bool decode(const blob& answer, bool& out);
[[nodiscard]] bool decode(const blob& answer, std::uint64_t& out);
[[nodiscard]] bool decode(const blob& answer, std::optional<blob>& out);
[[nodiscard]] bool decode(const blob& answer, std::vector<blob>& out);
[[nodiscard]] bool decode(const blob& answer, std::vector<key_value>& out);

} // namespace map_answer

/// Content of a map as `map_state::restore` takes it: for initial entries.
[[nodiscard]] blob encode_map_content(const std::vector<key_value>& entries);

} // namespace hamok
