#pragma once

// What nodes say to each other over their links beside the messages of the algorithm, and its
// bytes. Pure, like the codec of the messages.

#include "hamok/raft/codec.hpp"
#include "hamok/raft/directory.hpp"
#include "hamok/raft/event.hpp"
#include "hamok/raft/founding.hpp"
#include "hamok/raft/joining.hpp"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace hamok::raft {

/// Where peers can be reached, as far as the sender knows.
struct directory_news {
  std::vector<known_peer> peers;

  friend bool operator==(const directory_news&, const directory_news&) = default;
};

/// A change of the members that the receiver is to begin, if it leads.
struct change_order {
  std::uint64_t order = 0;   ///< the sender's wish
  std::uint64_t attempt = 0; ///< and how often it has asked for it
  member_change what;
};

/// What the core of the receiver of a `change_order` said to it.
struct change_reply {
  std::uint64_t order = 0;
  std::uint64_t attempt = 0;
  change_outcome outcome;
};

/// The index in this list is on the wire: only ever add at the end.
using node_word =
    std::variant<founding_word, cluster_news, directory_news, change_order, change_reply>;

void encode(const std::vector<known_peer>& value, writer& out);
void encode(const node_word& value, writer& out);

[[nodiscard]] std::vector<known_peer> decode_peers(reader& in);

/// The whole of `data` as one word, or nothing when it is not exactly one. What it says may still
/// be nonsense; whoever hears it checks that.
[[nodiscard]] std::optional<node_word> decode_word(const blob& data);

[[nodiscard]] blob to_blob(const node_word& value);

} // namespace hamok::raft
