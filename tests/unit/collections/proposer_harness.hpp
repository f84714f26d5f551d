#pragma once

// A proposer on virtual time, with a log that does with its batches what a test wants.

#include "hamok/collections/proposer.hpp"
#include "hamok/tests/unit/states/session_harness.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hamok::state_test {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline const raft::member_id leader_a{"a", {0, 1}};
inline const raft::member_id leader_b{"b", {0, 2}};

/// One proposer, one log, and everything in between by hand.
struct proposer_fixture {
  token_source tokens;
  std::uint64_t sessions = 0;
  proposer subject;
  session_fixture log;
  raft::timestamp now = seconds{1000};
  std::vector<proposer_batch> wire;             ///< proposed, and not yet anywhere
  std::map<std::uint64_t, errc> answers;        ///< by ticket
  std::map<std::uint64_t, std::string> results; ///< by ticket
  std::uint64_t next_ticket = 1;
  bool behind = false; ///< what is committed does not come to the proposer's member

  explicit proposer_fixture(proposer_config config = {})
      : subject(with_sessions(std::move(config)), tokens) {}

  proposer_config with_sessions(proposer_config config) {
    config.make_session = [this] { return sid(1000 + ++sessions); };
    return config;
  }

  /// A created collection with a leader.
  proposer_fixture& ready() {
    subject.created(number);
    subject.leader_changed(leader_a, 1, now);
    return *this;
  }

  std::uint64_t submit(blob command, raft::duration timeout = seconds{5},
                       raft::duration grace = seconds{0}) {
    const auto ticket = next_ticket++;
    if (const auto refused = subject.submit(ticket, std::move(command), now + timeout, now, grace);
        refused != errc::none)
      answers[ticket] = refused;
    return ticket;
  }

  void take(proposer_output out) {
    for (auto& answer : out.answers) {
      if (answers.contains(answer.ticket))
        throw std::logic_error{"answered twice"};
      answers[answer.ticket] = answer.failure;
      results[answer.ticket] = std::string{answer.result.text()};
    }
    for (auto& batch : out.batches)
      wire.push_back(std::move(batch));
  }

  void flush() {
    proposer_output out;
    subject.flush(now, out);
    take(std::move(out));
  }

  void advance(raft::duration by) {
    now += by;
    log.clock += by;
    proposer_output out;
    subject.tick(now, out);
    take(std::move(out));
  }

  /// Appends and commits one entry, and lets the proposer see it unless its member is behind.
  applied_entry commit(const blob& entry) {
    const auto applied = log.apply(entry);
    if (behind)
      return applied;
    proposer_output out;
    subject.applied(applied, log.index, now, out);
    subject.check_session([this](const auto& id) { return log.state.contains(id); }, out);
    take(std::move(out));
    return applied;
  }

  void commit(const proposer_batch& batch) {
    for (const auto& entry : batch.commands)
      commit(entry);
  }

  /// The member gets a snapshot in the place of what it has not seen.
  void install() {
    behind = false;
    proposer_output out;
    subject.installed(log.state.applied_index(), now);
    subject.check_session([this](const auto& id) { return log.state.contains(id); }, out);
    take(std::move(out));
  }

  /// Takes the next batch off the wire.
  proposer_batch next() {
    if (wire.empty())
      throw std::logic_error{"nothing was proposed"};
    auto batch = std::move(wire.front());
    wire.erase(wire.begin());
    return batch;
  }

  void commit_all() {
    while (!wire.empty())
      commit(next());
  }

  template <class Commit>
  void commit_all_with(Commit commit_batch) {
    while (!wire.empty())
      commit_batch(next());
  }

  void refuse(const proposer_batch& batch) { subject.refused(batch.token, now); }

  std::optional<errc> answer(std::uint64_t ticket) const {
    const auto found = answers.find(ticket);
    return found != answers.end() ? std::optional{found->second} : std::nullopt;
  }
};

/// Types of the entries of a batch: `c`reate, `o`peration, open(`(`), keep-alive(`k`), close(`)`).
inline std::string shape(const proposer_batch& batch) {
  std::string result;
  for (const auto& entry : batch.commands)
    result += "co(k)"[static_cast<std::size_t>(*envelope_kind(entry))];
  return result;
}

/// Sequences of the operations of a batch.
inline std::vector<std::uint64_t> sequences(const proposer_batch& batch) {
  std::vector<std::uint64_t> result;
  for (const auto& entry : batch.commands)
    if (const auto operation = decode_operation(entry))
      result.push_back(operation->sequence);
  return result;
}

} // namespace hamok::state_test
