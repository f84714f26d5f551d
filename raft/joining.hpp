#pragma once

// What a node that joins has to learn from a member, and what every node knows about those it is
// linked with.

#include "hamok/raft/orders.hpp"
#include "hamok/raft/types.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hamok::raft {

/// What a node that is in a cluster says of it to those it is linked with, before the first message
/// of the algorithm.
struct cluster_news {
  incarnation_id cluster;
  std::vector<member_id> founders; ///< the members in whose log everything began
  configuration members;           ///< the latest that the sender knows to be committed
  index_t index = 0;               ///< of that one's entry: so much is committed
  index_t born_after = 0;          ///< of the sender's life, see `member_change`
  bool asks = false;               ///< the sender does not know in which cluster the receiver is

  friend bool operator==(const cluster_news&, const cluster_news&) = default;
};

/// Whether a cluster can be as it is told to be.
[[nodiscard]] bool sound(const cluster_news& news);

/// What the core of a node begins behind that founds with these, or joins them: the log from its
/// very first entry on. (A joiner that is given a snapshot begins behind an empty base instead:
/// this is the place to change.)
[[nodiscard]] snapshot_meta base_of(const std::vector<member_id>& founders);

/// Who is linked, and what each has said. Lives are told apart: a link belongs to one.
class neighbours {
public:
  /// A hello was accepted. `cluster`: what it said; none: that it is in no cluster.
  void met(const member_id& peer, const incarnation_id& cluster);
  void lost(const member_id& peer);
  void said(const member_id& peer, const cluster_news& news);
  /// All links go, because this node has another life.
  void part();

  [[nodiscard]] bool is_linked(const member_id& peer) const noexcept;
  [[nodiscard]] std::vector<member_id> linked() const;
  /// Those who have not said in which cluster they are.
  [[nodiscard]] std::vector<member_id> silent() const;
  /// The cluster of a peer that is linked; none: it is in none, as far as is known.
  [[nodiscard]] incarnation_id cluster_of(const member_id& peer) const noexcept;
  /// Those who are linked and in this cluster.
  [[nodiscard]] std::vector<order_target> in(const incarnation_id& cluster) const;
  /// This configuration is known now, and was not before. Where it has brought another life of a
  /// name, one that was met before and has gone says no more: it may be an older one.
  void learn(const configuration& before, const configuration& now);
  /// The life of each name that was met last, linked or not.
  [[nodiscard]] std::vector<member_id> lives() const;

private:
  struct neighbour {
    incarnation_id cluster;
    std::optional<index_t> born_after; ///< none: it has told no news yet
  };

  std::map<member_id, neighbour> linked_;
  std::map<std::string, member_id> lives_;
};

} // namespace hamok::raft
