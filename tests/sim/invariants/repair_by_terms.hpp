#pragma once

// A refused leader goes back by terms, not by entries, and not too far (paper, end of 5.3).

#include "hamok/tests/sim/invariant.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

namespace hamok::sim {

/// After a refusal the leader skips all that the member has of the conflicting term, or all that
/// lies behind the end of its log, and sends nothing again that both logs have.
class repair_by_terms final : public invariant {
public:
  const char* name() const noexcept override { return "logs are repaired by terms"; }

  void sending(const cluster_view& all, const send_view& send) override {
    const auto* answer = std::get_if<raft::append_response>(&send.message->body);
    if (answer == nullptr || answer->success || send.who == answers_older_term_)
      return;
    const auto& leader = all.members[send.to];
    if (!leader.up || leader.now.role != raft::role::leader || leader.now.term != answer->term)
      return;
    offices_.resize(all.members.size());
    auto& office = offices_[send.to];
    if (office.term != answer->term)
      office = {answer->term, {}};
    const auto& log = all.members[send.who].log;
    const refusal now{common_index(log, leader.log), first_to_skip(log, answer->rejected_index)};
    const auto [known, first] = office.refusals.emplace(key_of(send.who, *answer), now);
    // The same answer may be given twice; either may be the one that comes.
    auto& before = known->second;
    before = {std::min(before.common, now.common), std::max(before.to_skip, now.to_skip)};
  }

  void stepped(const cluster_view& all, const step_view& step) override {
    // Such a refusal says that the request's term is over, and nothing about logs.
    answers_older_term_ =
        step.append_received && step.message_term < step.after->term ? step.who : nobody;
    const auto& answer = step.append_answer;
    if (!answer || answer->success || step.out->rejected || step.from == nobody
        || step.before.role != raft::role::leader || step.after->role != raft::role::leader)
      return;
    offices_.resize(all.members.size());
    const auto& office = offices_[step.who];
    const auto found = office.refusals.find(key_of(step.from, *answer));
    if (office.term != answer->term || found == office.refusals.end())
      return;
    for (const auto& peer : all.members[step.who].core->progress())
      if (all.lives.number_of(peer.id) == step.from)
        check(all, step, peer, found->second);
  }

private:
  using key = std::tuple<std::size_t, raft::index_t, std::uint64_t, raft::term_t, raft::index_t>;

  /// What a member could have said when it refused.
  struct refusal {
    raft::index_t common = 0;  ///< the logs are equal up to here
    raft::index_t to_skip = 0; ///< first index of the conflicting term, or behind the log's end
  };

  struct term_of_office {
    raft::term_t term = 0;
    std::map<key, refusal> refusals;
  };

  static key key_of(std::size_t from, const raft::append_response& answer) {
    return {from, answer.rejected_index, answer.round, answer.conflict_term, answer.conflict_index};
  }

  static raft::index_t common_index(const shadow_log& one, const shadow_log& other) {
    auto index = std::min(one.last_index(), other.last_index());
    while (index > 0 && !one.agrees(other, index))
      --index;
    return index;
  }

  static raft::index_t first_to_skip(const shadow_log& log, raft::index_t rejected) {
    if (!log.holds(rejected))
      return log.last_index() + 1;
    auto first = rejected;
    while (first > 1 && log.term_at(first - 1) == log.term_at(rejected))
      --first;
    return first;
  }

  void check(const cluster_view& all, const step_view& step, const raft::peer_progress& peer,
             const refusal& refused) const {
    if (peer.mode == raft::progress_mode::snapshot || peer.leaving)
      return; // what it lacks is not in the log any more, or not sent to it
    const auto next = peer.next_index;
    const auto first = all.members[step.who].core->log().first_index();
    require(next > refused.common, [&] {
      return called(all, step.who) + " goes back to index " + str(next) + " for "
             + called(all, step.from) + ", and both have the same log up to " + str(refused.common);
    });
    // What has come to be equal since the member refused is not skipped.
    require(
        next <= std::max({refused.to_skip, refused.common + 1, peer.match_index + 1, first}), [&] {
          return called(all, step.who) + " goes back to index " + str(next) + " only for "
                 + called(all, step.from) + ", whose conflict begins at " + str(refused.to_skip);
        });
  }

  std::vector<term_of_office> offices_; ///< by leader
  std::size_t answers_older_term_ = nobody;
};

} // namespace hamok::sim
