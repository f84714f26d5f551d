#pragma once

// Whether the members hold the same: a check is an entry of the log, at which every member takes
// the digests of its collections. Whoever has proposed it says in a second entry what it has found,
// and every member compares. Both entries change nothing. Data in, data out: no actor, no clock.

#include "hamok/raft/bytes.hpp"
#include "hamok/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace hamok {

/// Asks every member for the digests at this point of the log.
struct check_envelope {
  raft::member_id proposer;
};

/// What one collection is at the index of a check.
struct collection_digest {
  /// The digest of its content, then that of its sessions.
  static constexpr std::size_t size = 32;

  std::uint64_t collection = 0;
  blob digest;

  friend bool operator==(const collection_digest&, const collection_digest&) = default;
};

/// What the proposer of the check at `index` has found there.
struct claim_envelope {
  raft::member_id proposer;
  raft::index_t index = 0;
  std::vector<collection_digest> digests;
};

[[nodiscard]] blob encode(const check_envelope& value);
[[nodiscard]] blob encode(const claim_envelope& value);

// Each gives nothing when `data` is not exactly one envelope of its type.
[[nodiscard]] std::optional<check_envelope> decode_check(const blob& data);
[[nodiscard]] std::optional<claim_envelope> decode_claim(const blob& data);

/// A collection that is not the same on this member as on the one that has claimed.
struct divergence {
  raft::index_t index = 0;
  raft::member_id other;
  collection_digest here;
  collection_digest there;

  friend bool operator==(const divergence&, const divergence&) = default;
};

/// The checks of one member, as they come in the log.
class divergence_check {
public:
  /// `every`: how many entries of collections are between two checks; 0: this member proposes none.
  /// It compares what others have found all the same.
  explicit divergence_check(std::uint64_t every) : every_(every) {}

  /// An entry of a collection was committed. True: it is time for a check.
  [[nodiscard]] bool count();

  /// There is a check at `index`; these collections are going to say what they are there. False: it
  /// was here before.
  bool begin(raft::index_t index, const raft::member_id& proposer,
             const std::vector<std::uint64_t>& collections);

  /// What a collection of this member was at the check. What nobody has asked for is ignored.
  void found(raft::index_t index, const collection_digest& here);

  /// The collection is no more on this member, and says nothing.
  void lost(std::uint64_t collection);

  /// The proposer of a check has said what it has found.
  void claimed(const claim_envelope& claim);

  /// What `self` has found at a check that it has proposed, once all of it is there; it is to be
  /// proposed.
  [[nodiscard]] std::optional<claim_envelope> take_claim(const raft::member_id& self);

  /// What is known to differ since the last time. A collection that goes on to differ is told once.
  [[nodiscard]] std::vector<divergence> take_divergences();

private:
  struct round {
    raft::index_t index = 0;
    raft::member_id proposer;
    std::set<std::uint64_t> missing;
    std::map<std::uint64_t, collection_digest> here;
    std::map<std::uint64_t, collection_digest> there; ///< what was claimed and not compared yet
    bool claim_taken = false;
    bool claimed = false;
  };

  /// A proposer can die before it has claimed: older rounds are given up.
  static constexpr std::size_t max_rounds = 8;

  [[nodiscard]] round* find(raft::index_t index);
  void compare(round& at, std::uint64_t collection);
  void drop_finished();

  std::uint64_t every_;
  std::uint64_t counted_ = 0;
  raft::index_t last_ = 0; ///< index of the last check
  std::deque<round> rounds_;
  std::set<std::uint64_t> differing_;
  std::vector<divergence> told_;
};

} // namespace hamok
