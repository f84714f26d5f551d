#pragma once

// Who cannot reach a majority does not go on leading (thesis, 6.2).

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

namespace hamok::sim {

/// Nobody leads after a tick who has no majority that has answered a round of the last
/// `follower_max_idle`, by the leader's own clock. An answer that was long on its way proves only
/// that its round was heard, so it is the beginning of the round that counts; it is read off the
/// requests that leave and the answers that come, not taken from the core.
class leader_has_quorum final : public invariant {
public:
  const char* name() const noexcept override { return "a leader has a quorum"; }

  void sending(const cluster_view&, const send_view& send) override {
    const auto* answer = std::get_if<raft::append_response>(&send.message->body);
    if (answer == nullptr || answer->success)
      return;
    auto& refusals = send.who == answers_older_term_ ? of_older_terms_ : of_this_term_;
    refusals.insert(key_of(send.who, send.to, *answer));
  }

  void stepped(const cluster_view& all, const step_view& step) override {
    answers_older_term_ =
        step.append_received && step.message_term < step.after->term ? step.who : nobody;
    if (step.after->role != raft::role::leader)
      return;
    offices_.resize(all.members.size());
    auto& office = offices_[step.who];
    if (step.before.role != raft::role::leader || step.before.term != step.after->term) {
      office.rounds.clear();
      office.heard.clear();
    }
    welcome(all, office, step);
    note_round(office, step);
    note_answer(office, step);
    if (const auto& answer = step.install_answer;
        answer && !step.must_be_rejected && step.from < office.heard.size()
        && answer->term == step.after->term && answer->round < office.rounds.size())
      if (auto& heard = office.heard[step.from])
        heard = std::max(*heard, office.rounds[answer->round]);
    if (step.event == event_kind::tick)
      check(all, step, office);
  }

private:
  /// A leader's time in one term.
  struct term_of_office {
    std::vector<timestamp> rounds; ///< when each began
    /// When the last round that a member has answered began.
    std::vector<std::optional<timestamp>> heard;
  };

  using answer_key = std::tuple<std::size_t, std::size_t, raft::term_t, std::uint64_t,
                                raft::index_t, raft::index_t>;

  static answer_key key_of(std::size_t from, std::size_t to, const raft::append_response& answer) {
    return {from, to, answer.term, answer.round, answer.rejected_index, answer.conflict_index};
  }

  static void note_round(term_of_office& office, std::uint64_t round, timestamp now) {
    while (office.rounds.size() <= round)
      office.rounds.push_back(now);
  }

  static void note_round(term_of_office& office, const step_view& step) {
    for (const auto& sent : step.out->send)
      if (const auto* request = std::get_if<raft::append_request>(&sent.message.body))
        note_round(office, request->round, step.local_now);
      else if (const auto* asked = std::get_if<raft::install_request>(&sent.message.body))
        note_round(office, asked->round, step.local_now);
  }

  /// Who is new is given the benefit of the doubt.
  static void welcome(const cluster_view& all, term_of_office& office, const step_view& step) {
    if (!office.heard.empty() && !step.out->members_changed)
      return;
    office.heard.resize(all.members.size());
    const auto note = [&](const raft::member_id& id) {
      auto& heard = office.heard[all.lives.number_of(id)];
      heard = heard.value_or(step.local_now);
    };
    std::ranges::for_each(raft::others(all.members[step.who].core->members(), {}), note);
  }

  void note_answer(term_of_office& office, const step_view& step) const {
    const auto& answer = step.append_answer;
    if (!answer || step.must_be_rejected || step.from == nobody || answer->term != step.after->term
        || answer->round >= office.rounds.size() || step.from >= office.heard.size())
      return;
    const auto key = key_of(step.from, step.who, *answer);
    if (of_older_terms_.contains(key) && !of_this_term_.contains(key))
      return;
    auto& heard = office.heard[step.from];
    if (heard)
      heard = std::max(*heard, office.rounds[answer->round]);
  }

  void check(const cluster_view& all, const step_view& step, const term_of_office& office) const {
    const auto idle = all.lives[step.who].config.follower_max_idle;
    // Of a majority, or of both; the leader is included where it counts itself.
    const auto& members = all.members_at(all.members[step.who].log, step.after->last_index);
    const auto contact =
        raft::quorum_value(members, timestamp{0}, [&](const raft::member_id& voter) {
          const auto who = all.lives.number_of(voter);
          return who == step.who ? step.local_now : office.heard[who].value_or(timestamp{0});
        });
    require(step.local_now - contact < idle, [&] {
      return called(all, step.who) + " leads term " + str(step.after->term)
             + " and has had no majority for " + str((step.local_now - contact).count()) + " ns";
    });
    require(step.after->deadline <= contact + idle, [&] {
      return called(all, step.who) + " would not notice in time that it has lost its majority";
    });
  }

  std::vector<term_of_office> offices_; ///< by member
  // Refusals as they were sent: of requests of the member's own term, or of one that was over.
  std::set<answer_key> of_this_term_;
  std::set<answer_key> of_older_terms_;
  std::size_t answers_older_term_ = nobody;
};

} // namespace hamok::sim
