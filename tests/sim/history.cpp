#include "hamok/tests/sim/history.hpp"

#include "hamok/raft/codec.hpp"
#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/state_machine.hpp"

#include <algorithm>

namespace hamok::sim {

history::history(raft::configuration founders) {
  configurations_.push_back({0, std::move(founders)});
}

void history::append(const raft::entry& value, std::uint64_t chain, raft::term_t commit_term) {
  committed_entry next;
  next.term = value.term;
  next.commit_term = commit_term;
  next.chain = chain;
  if (value.kind == raft::entry_kind::command)
    if (const auto found = from_payload(value.data))
      next.what = found->what;
  if (next.what)
    apply(*next.what, next, last_index() + 1);
  for (const auto& [key, content] : content_)
    next.digest += content_hash(key, content);
  entries_.push_back(next);
  log_.append(value);
  if (value.kind == raft::entry_kind::configuration)
    if (auto members = raft::read_configuration(value.data))
      note_members(std::move(*members));
}

void history::note_members(raft::configuration members) {
  for (const auto& id : raft::others(configurations_.back().members, {}))
    if (!raft::is_member(members, id))
      removed_.emplace(id, last_index());
  configurations_.push_back({last_index(), std::move(members)});
}

const history::committed_configuration& history::configuration_at(raft::index_t index) const {
  auto held = configurations_.rbegin();
  while (held->index > index)
    ++held;
  return *held;
}

const raft::configuration& history::members_at(raft::index_t index) const {
  return configuration_at(index).members;
}

raft::index_t history::members_index_at(raft::index_t index) const {
  return configuration_at(index).index;
}

raft::index_t history::removed_at(const raft::member_id& id) const {
  const auto found = removed_.find(id);
  return found == removed_.end() ? 0 : found->second;
}

void history::apply(const operation& op, committed_entry& at, raft::index_t index) {
  auto& outstanding = outstanding_[op.client];
  outstanding = std::max(outstanding, op.first_outstanding);
  if (op.sequence < outstanding && op.kind != operation_kind::open)
    return; // its client knows the result and has given it up
  const auto name = std::pair{op.client, op.sequence};
  if (const auto known = applied_.find(name); known != applied_.end()) {
    at.result = known->second;
    at.result.fresh = false;
    return;
  }
  if (op.sequence > 1 && !applied_.contains({op.client, op.sequence - 1})) {
    ++gaps_;
    return;
  }
  at.result = {true, execute(op), index};
  applied_.emplace(name, at.result);
  ++operations_;
}

std::uint64_t history::execute(const operation& op) {
  const auto found = content_.find(op.key);
  const bool there = found != content_.end();
  const auto before = there ? found->second : 0;
  switch (op.kind) {
  case operation_kind::open:
    return 0;
  case operation_kind::set:
    content_[op.key] = op.value;
    return before;
  case operation_kind::insert:
    content_.try_emplace(op.key, op.value);
    return before;
  case operation_kind::update_if:
    if (there && before == op.expected)
      content_[op.key] = op.value;
    return there && before == op.expected;
  case operation_kind::remove:
    content_.erase(op.key);
    return before;
  case operation_kind::remove_if:
    if (there && before == op.expected)
      content_.erase(op.key);
    return there && before == op.expected;
  case operation_kind::add:
    content_[op.key] = before + op.value;
    return before;
  }
  return 0;
}

raft::index_t history::applied_at(std::uint32_t client, std::uint64_t sequence) const {
  const auto known = applied_.find({client, sequence});
  return known == applied_.end() ? 0 : known->second.index;
}

} // namespace hamok::sim
