#pragma once

// How a fixed list of founders agrees on the members of a new cluster (consensus.md, 5): the
// smallest id proposes the lives of all founders, each founder accepts exactly one such list in its
// life, and the cluster is founded for whoever knows that all of them have accepted it. Pure: the
// shell meets peers, carries messages and writes down what is accepted.

#include "hamok/raft/types.hpp"

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

/// What has to be done after a step of founding, in the order of these fields.
struct founding_output {
  /// Make this list durable as the accepted one, before anything else is done. When that fails, the
  /// member must stop.
  std::optional<founding_list> save;
  /// Tell `list()` to these.
  std::vector<member_id> tell;
  /// All have accepted `list()`: the cluster exists.
  bool founded = false;
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

  /// To be called once, before anything else: a single founder needs nobody.
  [[nodiscard]] founding_output start();
  /// A link to a founder is up.
  [[nodiscard]] founding_output met(const member_id& peer);
  /// That link is gone.
  void lost(const member_id& peer);
  /// A founder has told its list.
  [[nodiscard]] founding_output received(const member_id& from, const founding_list& told);

  /// To be called now and then: repeats what may have been lost while founding goes on.
  [[nodiscard]] founding_output again() const;

  /// Whether `peer` is one of the founders by name.
  [[nodiscard]] bool names(const std::string& peer) const;
  /// The accepted list with all that is known about it; none: nothing is accepted yet.
  [[nodiscard]] const std::optional<founding_list>& list() const noexcept { return list_; }
  [[nodiscard]] bool founded() const noexcept { return founded_; }
  /// Founders that have not been met, for status and logs.
  [[nodiscard]] std::vector<std::string> missing() const;

private:
  void propose_if_due(founding_output& out);
  void accept(founding_list list, founding_output& out);
  void merge(const std::vector<member_id>& accepted, founding_output& out);
  void tell_all(founding_output& out) const;
  [[nodiscard]] std::string objection(const founding_list& told) const;

  member_id self_;
  std::vector<std::string> peers_;
  incarnation_id proposal_;
  std::map<std::string, member_id> met_;
  std::optional<founding_list> list_;
  bool founded_ = false;
};

} // namespace hamok::raft
