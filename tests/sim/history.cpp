#include "hamok/tests/sim/history.hpp"

#include "hamok/raft/codec.hpp"
#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <iterator>

namespace hamok::sim {

history::history(raft::configuration founders, const std::vector<collection_kind>& collections) {
  configurations_.push_back({0, std::move(founders)});
  for (const auto kind : collections)
    collections_[kind].plain = make_model(kind);
  if (const auto table = collections_.find(collection_kind::table); table != collections_.end())
    table->second.number = 1; // it is there from the start
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
  next.digest = digest_;
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
  if (op.sequence < outstanding)
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
  at.result = {true, execute(op, index), index};
  applied_.emplace(name, at.result);
  ++operations_;
}

std::uint64_t history::execute(const operation& op, raft::index_t index) {
  auto& collection = collections_.at(op.collection);
  switch (op.kind) {
  case operation_kind::create:
    if (collection.number == 0) {
      collection.number = index;
      remember(op.collection, index);
    }
    return collection.number;
  case operation_kind::open:
  case operation_kind::keep_alive:
  case operation_kind::close:
    return 0;
  default:
    break;
  }
  const auto result = collection.plain->execute(op, index);
  remember(op.collection, index);
  return result;
}

void history::remember(collection_kind kind, raft::index_t index) {
  auto& collection = collections_.at(kind);
  auto now = collection.plain->items();
  if (!collection.after.empty() && collection.after.back().second == now)
    return;
  const auto digest = digest_part(kind, now);
  digest_ += digest - collection.digest;
  collection.digest = digest;
  collection.after.emplace_back(index, std::move(now));
}

const content* history::content_at(collection_kind kind, raft::index_t index) const {
  const auto found = collections_.find(kind);
  if (found == collections_.end())
    return nullptr;
  const auto& after = found->second.after;
  const auto next =
      std::ranges::upper_bound(after, index, {}, &std::pair<raft::index_t, content>::first);
  return next == after.begin() ? nullptr : &std::prev(next)->second;
}

std::size_t history::collections_at(raft::index_t index) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      collections_, [&](const auto& each) { return content_at(each.first, index) != nullptr; }));
}

raft::index_t history::applied_at(std::uint32_t client, std::uint64_t sequence) const {
  const auto known = applied_.find({client, sequence});
  return known == applied_.end() ? 0 : known->second.index;
}

} // namespace hamok::sim
