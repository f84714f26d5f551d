#pragma once

// How founders agree on the members of a new cluster (consensus.md, 5): a fixed list of names, or
// as many as expected of those that know each other. The smallest id proposes the lives of all
// founders, each founder accepts exactly one such list in its life, and the cluster is founded for
// whoever knows that all of them have accepted it. Pure: the shell meets peers, carries messages
// and writes down what is accepted.
//
// Where founders are expected by number, several may propose, and each list may be accepted by some
// of its founders and by all never. Such a list is dead once one of its founders, in the very life
// that it names, is known to have accepted another one. Whoever holds a dead list takes a new life
// and starts again. That adds no founder that forgets to a cluster, because there will be none of
// that list. Silence proves nothing, and neither does another life of a founder.

#include "hamok/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hamok::raft {

/// One list of founders, and who is known to have accepted it.
struct founding_list {
  incarnation_id cluster;
  std::vector<member_id> founders; ///< in the order of their ids
  std::vector<member_id> accepted; ///< in the order of their ids

  friend bool operator==(const founding_list&, const founding_list&) = default;
};

/// A life that was given up because the list that it had accepted, of this cluster, was dead. Every
/// other list that names it is dead as well.
struct spent_life {
  member_id life;
  incarnation_id cluster;

  friend bool operator==(const spent_life&, const spent_life&) = default;
};

/// What a member that is in no cluster says to those it is linked with.
struct founding_word {
  /// How it founds: 0 not at all, it joins; 1 with those that are named; n > 1 with as many that
  /// know each other.
  std::uint32_t expect = 0;
  /// Where founders are expected by number: with whom it is linked that found in the same way.
  std::vector<member_id> seen = {};
  std::optional<founding_list> list = {}; ///< that it has accepted
  std::vector<spent_life> spent = {};     ///< that are known, the latest

  friend bool operator==(const founding_word&, const founding_word&) = default;
};

/// What has to be done after a step of founding, in the order of these fields.
struct founding_output {
  /// Make this list durable as the accepted one, before anything else is done. When that fails, the
  /// member must stop.
  std::optional<founding_list> save;
  /// Tell `list()`, or rather `word()`, to these.
  std::vector<member_id> tell;
  /// All have accepted `list()`: the cluster exists.
  bool founded = false;
  /// `list()` never will be accepted by all. This life has accepted it and may accept no other:
  /// take a new one, and begin anew with what is `dead()`.
  bool dead = false;
  /// The founders do not agree; what is wrong, for the operator.
  std::string conflict;
};

/// One founder's part. Thread safety: none.
class founding {
public:
  /// `peers` names all founders, `self` included, in any order. `proposal` is a random id for the
  /// cluster in case this member proposes. `accepted` is the list that was saved earlier in this
  /// life.
  founding(member_id self, std::vector<std::string> peers, incarnation_id proposal,
           std::optional<founding_list> accepted);

  /// The same where `expect` founders, at least two, are to find each other. `spent` is what
  /// earlier lives knew.
  founding(member_id self, std::uint32_t expect, incarnation_id proposal,
           std::optional<founding_list> accepted, std::vector<spent_life> spent = {});

  /// To be called once, before anything else: a single founder needs nobody.
  [[nodiscard]] founding_output start();
  /// A link to a founder is up.
  [[nodiscard]] founding_output met(const member_id& peer);
  /// That link is gone.
  void lost(const member_id& peer);
  /// A founder has told its list.
  [[nodiscard]] founding_output received(const member_id& from, const founding_list& told);
  /// Whoever is linked and in no cluster has said its word: a founder is met by that, and what it
  /// has accepted is received.
  [[nodiscard]] founding_output told(const member_id& from, const founding_word& word);

  /// To be called now and then: repeats what may have been lost while founding goes on.
  [[nodiscard]] founding_output again();

  /// What this member has to say to whomever it is linked with.
  [[nodiscard]] founding_word word() const;
  /// Whether `peer` may be one of the founders, by name.
  [[nodiscard]] bool names(const std::string& peer) const;
  /// The accepted list with all that is known about it; none: nothing is accepted yet.
  [[nodiscard]] const std::optional<founding_list>& list() const noexcept { return list_; }
  [[nodiscard]] bool founded() const noexcept { return founded_; }
  /// Named founders that have not been met, for status and logs.
  [[nodiscard]] std::vector<std::string> missing() const;
  [[nodiscard]] const std::vector<spent_life>& spent() const noexcept { return spent_; }

private:
  void begin(std::optional<founding_list> accepted);
  void meet(const member_id& peer, founding_output& out);
  void receive(const member_id& from, const founding_list& told, founding_output& out);
  void propose_if_due(founding_output& out);
  [[nodiscard]] std::vector<member_id> proposed() const;
  [[nodiscard]] std::vector<member_id> first_group() const;
  [[nodiscard]] std::vector<member_id> candidates() const;
  [[nodiscard]] bool see_each_other(const member_id& a, const member_id& b) const;
  void receive_by_number(const member_id& from, const founding_list& told, founding_output& out);
  void learn(const std::vector<spent_life>& spent, founding_output& out);
  void give_up(founding_output& out);
  [[nodiscard]] bool is_dead(const founding_list& list) const;
  void take(const member_id& from, const founding_list& told, founding_output& out);
  void accept(founding_list list, founding_output& out);
  void merge(const std::vector<member_id>& accepted, founding_output& out);
  void tell_all(founding_output& out) const;
  [[nodiscard]] std::string objection(const founding_list& told) const;

  member_id self_;
  std::vector<std::string> peers_; ///< by name; empty: by number
  std::uint32_t expect_ = 1;
  incarnation_id proposal_;
  std::map<std::string, member_id> met_;
  std::map<member_id, std::vector<member_id>> seen_; ///< by number: whom those that were met see
  std::vector<member_id> taken_;                     ///< of those, who has accepted a list
  std::vector<spent_life> spent_;
  std::optional<founding_list> list_;
  bool founded_ = false;
};

} // namespace hamok::raft
