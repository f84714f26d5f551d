#pragma once

// Operations that remote clients send under sessions of their own: proposed through this member as
// often as necessary, answered when they are applied here. Data in, data out.

#include "hamok/actors/interfaces/messages.hpp"
#include "hamok/collections/proposer.hpp"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace hamok {

/// The operations of all remote clients of one collection on one member. There is no order among
/// them but the sequence numbers that the clients have chosen; a client may send the same operation
/// through several members, and the session sees to it that it is applied once.
class client_calls {
public:
  /// Uses the limits and times of `config`, but makes no sessions. `tokens` outlives this.
  client_calls(proposer_config config, token_source& tokens);

  /// Takes an operation. Answers none, or why it was refused at once: `overloaded`, `too_large`,
  /// `bad_command`.
  errc submit(std::uint64_t ticket, const execute_in_session& call, raft::timestamp deadline,
              raft::timestamp now);

  void created(std::uint64_t number) noexcept { number_ = number; }

  /// Batches are within these limits from now on.
  void limit_batches(std::size_t entries, std::size_t bytes) noexcept;
  void leader_changed(const std::optional<raft::member_id>& leader, raft::term_t term,
                      raft::timestamp now);
  void refused(std::uint64_t token, raft::timestamp now);

  /// Waiting has no sense any more: answers what cannot be in any log with `reason`.
  void give_up(errc reason, proposer_output& out);

  /// The state was replaced by a later one: everything is sent again, and what was applied in
  /// between comes back as a duplicate.
  void installed(raft::timestamp now);

  /// An entry has been applied on this member.
  void applied(const applied_entry& entry, raft::timestamp now, proposer_output& out);

  /// Sends what is new. A session for which `known` is false is opened along with it.
  void flush(raft::timestamp now, const session_state& known, proposer_output& out);

  /// Time has passed: answers what has reached its deadline, sends again what is missing.
  void tick(raft::timestamp now, const session_state& known, proposer_output& out);

  [[nodiscard]] raft::timestamp deadline() const noexcept;

  /// Answers everything: what may be in a log with `outcome_unknown`, the rest with `reason`.
  void fail_all(errc reason, proposer_output& out);

  [[nodiscard]] std::size_t outstanding() const noexcept { return calls_.size(); }

private:
  using key = std::pair<session_id, std::uint64_t>;

  struct call {
    std::vector<std::uint64_t> tickets; ///< the same operation may be asked for again
    blob command;
    std::uint64_t first_outstanding = 0;
    raft::index_t opened_after = 0;
    raft::timestamp submitted{0};
    raft::timestamp deadline{0};
    raft::timestamp due{0}; ///< when it is sent (again)
    raft::duration resend{0};
    raft::duration retry{0};
    std::uint64_t attempt = 0;
    std::vector<std::uint64_t> in_doubt; ///< tokens of batches with it that were not refused
    /// It may have been applied inside a snapshot that was installed since.
    bool unseen = false;
  };
  using call_map = std::map<key, call>;

  /// A batch that may be in a log.
  struct sent_batch {
    std::vector<key> keys;
    std::size_t unanswered = 0;
  };

  struct packer; // builds batches

  void send_all_again(raft::timestamp now);
  void answer(call_map::iterator which, errc failure, const blob& result, proposer_output& out);
  void expire(raft::timestamp now, proposer_output& out);
  void pack(call_map::iterator which, const session_state& known, packer& batches);

  proposer_config config_;
  token_source& tokens_;
  std::uint64_t number_ = 0;
  leader_watch leader_;
  call_map calls_;
  std::vector<key> fresh_; ///< never sent
  std::size_t bytes_ = 0;
  std::map<std::uint64_t, sent_batch> sent_; ///< by token
  raft::timestamp next_look_ = never;        ///< no call is due, and none has its deadline, before
};

} // namespace hamok
