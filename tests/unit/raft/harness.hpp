#pragma once

// One core under test, called n1. The test plays all the other members, the clock and the disk.

#include "hamok/raft/core.hpp"
#include "hamok/tests/unit/raft/builders.hpp"
#include "hamok/tests/unit/raft/disk.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace hamok::raft::test {

/// What a member under test starts from.
struct setup {
  unsigned voters = 3;
  std::vector<term_t> log = {};              ///< terms of the entries that it has
  term_t term = 0;                           ///< its current term; at least the last entry's
  std::optional<unsigned> vote = {};         ///< for whom it has voted in that term
  std::optional<configuration> members = {}; ///< n1 to n<voters>, unless given
  snapshot_meta base = {};                   ///< its log begins behind this (with `members`)
  index_t restored = 0;                      ///< its state machines begin here
  core_config config = {};
};

class subject {
public:
  explicit subject(setup what = {}) : config_(what.config) {
    config_.self = id(1);
    initial_state state;
    state.base = what.base;
    state.restored = what.restored;
    state.saved = what.restored;
    state.base.members = what.members ? *what.members : configuration{ids(1, what.voters), {}, {}};
    state.entries = entries_of(what.log);
    state.hard.term = std::max(what.term, what.log.empty() ? term_t{0} : what.log.back());
    if (what.vote)
      state.hard.vote = id(*what.vote);
    disk_ = test::disk{state};
    core_.emplace(config_, std::move(state), now_);
  }

  /// One step, whose write stays pending.
  output step(event_body what) {
    auto out = core_->step({now_, std::move(what)});
    if (out.persist)
      disk_.write(*out.persist);
    for (const auto& item : all_sent<append_request>(out))
      round_ = item.body.round;
    return out;
  }

  output step(unsigned from, message_body body) {
    return step(receive{id(from), {config_.group, std::move(body)}});
  }

  /// Confirms every pending write, and what it caused in turn.
  output sync() {
    output all;
    while (const auto sequence = disk_.sync_one())
      merge(all, step(persisted{*sequence}));
    return all;
  }

  /// One step and the confirmation of its write: what happens with a disk that takes no time.
  output give(event_body what) {
    auto out = step(std::move(what));
    merge(out, sync());
    return out;
  }

  output give(unsigned from, message_body body) {
    return give(receive{id(from), {config_.group, std::move(body)}});
  }

  /// It has appended these, n2 to n<last> have them too, and its state machines have applied them.
  output settle(std::size_t count, unsigned last = 3, std::string_view text = "x") {
    propose what;
    for (std::size_t i = 0; i < count; ++i)
      what.proposals.push_back({entry_kind::command, blob::from_string(text)});
    auto all = give(std::move(what));
    merge(all, acknowledge_all(last));
    merge(all, give(applied{core_->delivered_index()}));
    return all;
  }

  output pass(duration time) {
    now_ += time;
    return give(tick{});
  }

  /// Lets time pass until the member's own deadline.
  output pass_to_deadline() {
    now_ = std::max(now_, core_->deadline());
    return give(tick{});
  }

  /// Lets time pass until the member campaigns: gives the output in which its pre-vote begins.
  output time_out() {
    const auto before = core_->role();
    for (int ticks = 0; ticks < 100; ++ticks) {
      auto out = pass_to_deadline();
      if (before != role::candidate && core_->role() != before)
        return out;
      if (before == role::candidate && !all_sent<vote_request>(out).empty())
        return out;
    }
    throw std::runtime_error("the member never campaigns");
  }

  /// Takes it to the vote phase of an election, and gives the output in which its term begins.
  output campaign() {
    auto out = time_out();
    for (unsigned n = 2; core_->role() == role::candidate && !asks_for_votes(out); ++n) {
      if (!is_known(n))
        throw std::runtime_error("the pre-votes of all do not start an election");
      out = give(n, vote_response{core_->term(), core_->term() + 1, true, true});
    }
    return out;
  }

  /// Takes it to leadership, and gives the output in which its rule begins.
  output elect() {
    auto out = campaign();
    for (unsigned n = 2; core_->role() == role::candidate; ++n) {
      if (!is_known(n))
        throw std::runtime_error("the votes of all do not make a leader");
      out = give(n, vote_response{core_->term(), core_->term(), false, true});
    }
    return out;
  }

  /// The last heartbeat round that was sent.
  [[nodiscard]] std::uint64_t round() const { return round_; }

  /// Member `n` answers that it has everything up to `match`.
  output acknowledge(unsigned n, index_t match) {
    return give(n, append_response{core_->term(), round_, true, match, 0, 0, 0});
  }

  /// All of it is in n1's log, and n2 to n<last> say that they have it too.
  output acknowledge_all(unsigned last) {
    output all;
    for (unsigned n = 2; n <= last; ++n)
      merge(all, acknowledge(n, core_->log().last_index()));
    return all;
  }

  /// It crashes and comes back with what was durable.
  void restart() {
    disk_.crash();
    core_.emplace(config_, disk_.durable(), now_);
  }

  [[nodiscard]] raft::core& core() { return *core_; }
  [[nodiscard]] const raft::core* operator->() const { return &*core_; }
  [[nodiscard]] const raft::test::disk& disk() const { return disk_; }
  [[nodiscard]] timestamp now() const { return now_; }
  void wait(duration time) { now_ += time; }

  [[nodiscard]] peer_progress progress_of(unsigned n) const {
    for (const auto& peer : core_->progress())
      if (peer.id == id(n))
        return peer;
    throw std::runtime_error("no progress of n" + std::to_string(n));
  }

private:
  static void merge(output& all, output&& more) {
    for (auto& item : more.send)
      all.send.push_back(std::move(item));
    if (!more.committed.entries.empty()) {
      if (all.committed.entries.empty())
        all.committed.first_index = more.committed.first_index;
      for (auto& item : more.committed.entries)
        all.committed.entries.push_back(std::move(item));
    }
    for (auto& item : more.chunks)
      all.chunks.push_back(std::move(item));
    for (auto& item : more.unsynced)
      all.unsynced.push_back(std::move(item));
    if (more.chunk)
      all.chunk = std::move(more.chunk);
    if (more.install)
      all.install = std::move(more.install);
    if (more.cut)
      all.cut = std::move(more.cut);
    all.drop_chunks = all.drop_chunks || more.drop_chunks;
    all.release_cut = all.release_cut || more.release_cut;
    if (more.proposal)
      all.proposal = more.proposal;
    if (more.role)
      all.role = more.role;
    if (more.rejected != nullptr)
      all.rejected = more.rejected;
    if (more.change)
      all.change = more.change;
    if (more.transfer)
      all.transfer = more.transfer;
    all.members_changed = all.members_changed || more.members_changed;
    all.leader_changed = all.leader_changed || more.leader_changed;
    all.heartbeat = all.heartbeat || more.heartbeat;
    all.deadline = more.deadline;
  }

  [[nodiscard]] static bool asks_for_votes(const output& out) {
    for (const auto& item : all_sent<vote_request>(out))
      if (!item.body.pre_vote)
        return true;
    return false;
  }

  [[nodiscard]] bool is_known(unsigned n) const {
    const auto& members = core_->members();
    for (const auto* voters : {&members.voters, &members.outgoing})
      for (const auto& voter : *voters)
        if (voter == id(n))
          return true;
    return false;
  }

  core_config config_;
  test::disk disk_;
  std::optional<raft::core> core_;
  timestamp now_ = 10s;
  std::uint64_t round_ = 0; ///< the last one that it sent
};

} // namespace hamok::raft::test
