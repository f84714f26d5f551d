#pragma once

// The language of the byte queue: commands, questions, and their answers. Facades, the CLI and
// remote clients write it, `queue_state` understands it. Commands are in logs: only add at the end.

#include "hamok/collections/map_command_state.hpp"
#include "hamok/raft/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hamok {

/// Events of a queue, as `state_event::kind`, in this order where one command has several.
enum class queue_event : std::uint8_t {
  add = 0,       ///< new value: the item
  remove = 1,    ///< old value: the item
  empty = 2,     ///< the last item is gone
  not_empty = 3, ///< the first item has come
  clear = 4,     ///< everything was taken away; in front of `empty`
};

/// What a queue takes and gives at the most. The same on all members: part of what commands do.
namespace queue_limit {

/// Bytes of one answer.
inline constexpr std::size_t answer_bytes = map_limit::answer_bytes;
/// Bytes of one item: what can be pushed can be popped, too.
inline constexpr std::size_t item_bytes = answer_bytes - 32;
/// Items of one command.
inline constexpr std::size_t command_items = map_limit::command_items;
/// Bytes of one page, unless its first item alone is larger.
inline constexpr std::size_t page_bytes = map_limit::page_bytes;

} // namespace queue_limit

// A command beyond `queue_limit` ends with `too_large` and changes nothing. Answers are those of
// `map_answer`: a number, an item or none, a list of items.

namespace queue_command {

using bytes_view = std::span<const std::byte>;

enum class code : std::uint8_t {
  push = 1,
  push_all,
  pop,
  clear,
};

/// Puts the item behind the others; answers with the number of items that there are now.
[[nodiscard]] blob push(bytes_view item);
/// Puts the items behind the others, in this order, with nothing in between; answers as above.
[[nodiscard]] blob push_all(const std::vector<blob>& items);
/// Takes the first item; answers with it, or none. It has a turn (`state_machine::turn_of`).
[[nodiscard]] blob pop();
/// Takes all of them; answers with the number of items that there were.
[[nodiscard]] blob clear();

} // namespace queue_command

namespace queue_query {

enum class code : std::uint8_t {
  peek = 1,
  size,
  page,
  digest,
};

/// Answers with the first item, or none.
[[nodiscard]] blob peek();
/// Answers with a number.
[[nodiscard]] blob size();
/// Answers with the items behind the first `skip`, in their order: at most `max_items`, and no more
/// than `queue_limit::page_bytes`. Positions count from the front as it is now: what is popped
/// between two pages moves them.
[[nodiscard]] blob page(std::uint64_t skip, std::uint64_t max_items);
/// Answers with the 16 bytes of the content's digest.
[[nodiscard]] blob digest();

} // namespace queue_query

/// Content of a queue as `queue_state::restore` takes it: for initial items.
[[nodiscard]] blob encode_queue_content(const std::vector<blob>& items);

} // namespace hamok
