#include "hamok/raft/orders.hpp"

#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <utility>

namespace hamok::raft {

namespace {

constexpr unsigned max_hops = 2;

/// Whether asking again can help; if so, after which part of the patience.
std::optional<int> pause_after(change_refusal reason) {
  switch (reason) {
  case change_refusal::busy:
  case change_refusal::not_ready:
  case change_refusal::transferring:
    return 4;
  case change_refusal::not_leader:
  case change_refusal::quorum_at_risk:
  case change_refusal::name_taken:
    return 1;
  case change_refusal::retired:
  case change_refusal::too_old:
  case change_refusal::no_such_member:
  case change_refusal::last_voter:
  case change_refusal::too_many:
  case change_refusal::malformed:
    break;
  }
  return std::nullopt;
}

bool shows(const configuration& members, const member_change& what) {
  if (what.member.incarnation.none() || members.voters.empty() || !members.outgoing.empty())
    return false; // not decided, or nothing is known
  return what.kind == change_kind::add ? contains(members.voters, what.member)
                                       : !is_member(members, what.member);
}

/// Whether `members` are known to be without it.
bool lacks(const configuration& members, const member_change& what) {
  return !what.member.incarnation.none() && !members.voters.empty()
         && (what.kind == change_kind::add ? !contains(members.voters, what.member)
                                           : is_member(members, what.member));
}

const order_target* find_linked(const order_view& view, const member_id& id) {
  const auto found = std::ranges::find(view.linked, id, &order_target::member);
  return found == view.linked.end() ? nullptr : &*found;
}

bool can_ask(const order_view& view, const std::optional<member_id>& id) {
  return id && (*id == view.self || find_linked(view, *id) != nullptr);
}

/// The life whose removal `members` would begin with, or none.
std::optional<member_id> holder(const configuration& members, const std::string& name) {
  for (const auto* list : {&members.voters, &members.outgoing, &members.learners})
    if (const auto found = std::ranges::find(*list, name, &member_id::peer); found != list->end())
      return *found;
  return std::nullopt;
}

} // namespace

bool orders::add(order wish) {
  if (pending_.size() >= max_pending || has(wish.id))
    return false;
  auto& one = pending_.emplace_back();
  one.wish = std::move(wish);
  one.by_name = one.wish.what.kind == change_kind::remove && is_unbound(one);
  return true;
}

void orders::cancel(std::uint64_t id) {
  std::erase_if(pending_, [id](const pending& one) { return one.wish.id == id; });
}

const orders::pending* orders::find(std::uint64_t id) const noexcept {
  const auto found =
      std::ranges::find(pending_, id, [](const pending& one) { return one.wish.id; });
  return found == pending_.end() ? nullptr : &*found;
}

bool orders::is_unbound(const pending& one) noexcept {
  return one.wish.what.member.incarnation.none();
}

bool orders::has(std::uint64_t id) const noexcept {
  return find(id) != nullptr;
}

bool orders::accepted(std::uint64_t id) const noexcept {
  const auto* one = find(id);
  return one != nullptr && one->begun.has_value();
}

void orders::answered(std::uint64_t id, std::uint64_t attempt, const change_outcome& outcome,
                      timestamp now) {
  const auto found =
      std::ranges::find(pending_, id, [](const pending& one) { return one.wish.id; });
  if (found == pending_.end() || found->attempt != attempt || !found->asked)
    return;
  auto& one = *found;
  one.leader = outcome.leader;
  if (outcome.refused) {
    refuse(one, outcome, now);
    one.asked.reset();
    return;
  }
  one.asked.reset();
  one.hops = 0;
  if (one.by_name && outcome.done && !one.begun) {
    find_another(one, outcome.index, now);
    return;
  }
  if (one.wish.what.member.peer == outcome.member.peer && is_unbound(one))
    one.wish.what.member = outcome.member;
  one.begun = outcome.index;
  one.next = now + 2 * patience_; // the entry can vanish with its leader
  if (outcome.done)
    one.result = order_result::done;
}

void orders::refuse(pending& one, const change_outcome& outcome, timestamp now) {
  const bool may_have_begun = one.begun || one.doubtful;
  const auto reason = *outcome.refused;
  if (reason == change_refusal::no_such_member && (one.was_open || one.name_was_taken)) {
    one.result = order_result::done;
    return;
  }
  one.refused = reason;
  if (const auto part = pause_after(reason)) {
    const bool hops = reason == change_refusal::not_leader && outcome.leader
                      && outcome.leader != one.asked && one.hops < max_hops;
    one.hops = hops ? one.hops + 1 : 0;
    one.next = hops ? now : now + patience_ / *part;
  } else {
    one.result = may_have_begun ? order_result::unknown : order_result::refused;
  }
}

/// The life that the name was taken for is gone, and the leader has begun nothing about it.
void orders::find_another(pending& one, index_t index, timestamp now) const {
  one.gone_at = index;
  // That a configuration had the one life does not say when another one has gone.
  if (std::exchange(one.was_open, false))
    one.name_was_taken = true;
  if (!one.doubtful)
    one.wish.what.member.incarnation = {};
  one.next = now + patience_ / 4;
}

void orders::advance(const order_view& view, timestamp now, std::vector<change_request>& out,
                     std::vector<order_answer>& answers) {
  const bool new_leader = view.leader && view.leader != leader_;
  leader_ = view.leader;
  for (auto& one : pending_) {
    if (new_leader && !one.asked)
      one.next = now;
    look_at(one, view, now);
    if (!one.result && now >= one.next)
      ask(one, view, now, out);
    if (one.result)
      answers.push_back({one.wish.id, *one.result,
                         one.result == order_result::done ? std::nullopt : one.refused});
  }
  std::erase_if(pending_, [](const pending& one) { return one.result.has_value(); });
}

/// Finds the life that a name stands for, so that an attempt can be repeated and does not hit the
/// next life of that name.
void orders::bind(pending& one, const order_view& view) {
  auto& what = one.wish.what;
  if (!is_unbound(one))
    return;
  if (what.kind == change_kind::add) {
    const auto linked =
        std::ranges::find(view.linked, what.member.peer,
                          [](const order_target& target) { return target.member.peer; });
    if (linked != view.linked.end()) {
      what.member = linked->member;
      what.born_after = linked->born_after;
    }
    return;
  }
  // What is committed here may be old; then the leader says so.
  if (one.asked || view.committed_index < one.gone_at.value_or(0))
    return;
  if (auto found = holder(view.committed, what.member.peer)) {
    what.member = std::move(*found);
    one.gone_at.reset();
  }
}

/// What follows from a configuration that is as it is wished.
std::optional<order_result> orders::shown(const pending& one, const order_view& view) {
  if (!one.by_name || one.begun) {
    if (one.was_open || (one.begun && view.committed_index >= *one.begun))
      return order_result::done;
    return std::nullopt;
  }
  // That life may have made room for another one of its name, so it is the name that counts; and
  // that may have been free for a while before this was wished.
  if (!one.gone_at || view.committed_index < *one.gone_at)
    return std::nullopt;
  // An attempt without an answer may have removed the one before.
  return holder(view.committed, one.wish.what.member.peer) ? order_result::unknown
                                                           : order_result::done;
}

void orders::look_at(pending& one, const order_view& view, timestamp now) const {
  if (one.result)
    return;
  bind(one, view);
  // A configuration that may be older than the wish is no sign that it has been fulfilled.
  one.was_open = one.was_open || lacks(view.committed, one.wish.what);
  if (shows(view.committed, one.wish.what))
    one.result = shown(one, view);
  if (one.asked && !can_ask(view, one.asked))
    one.next = now; // its answer will not come
  if (!one.asked && can_ask(view, one.awaited)) {
    one.leader = std::exchange(one.awaited, std::nullopt);
    one.next = now;
  }
  if (!one.result && now >= one.wish.deadline)
    one.result = result_without(one);
}

order_result orders::result_without(const pending& one) noexcept {
  return one.begun || one.doubtful || one.asked ? order_result::unknown : order_result::refused;
}

void orders::close(const member_id& self, const configuration& committed,
                   std::vector<order_answer>& answers) {
  for (const auto& one : pending_) {
    const auto& what = one.wish.what;
    const bool is_self = what.kind == change_kind::remove && what.member == self;
    if (is_self && (!one.by_name || one.begun || !holder(committed, self.peer)))
      answers.push_back({one.wish.id, order_result::done, std::nullopt});
    else
      answers.push_back({one.wish.id, result_without(one), one.refused});
  }
  pending_.clear();
}

/// Whom an attempt by name hits is only known from its answer: a second one could hit the next
/// life.
bool orders::waits_for_name(pending& one, const order_view& view, timestamp now) const {
  if (!one.asked || !one.by_name || !is_unbound(one))
    return false;
  if (can_ask(view, one.asked))
    one.next = now + patience_;
  else
    one.result = order_result::unknown;
  return true;
}

void orders::ask(pending& one, const order_view& view, timestamp now,
                 std::vector<change_request>& out) const {
  if (waits_for_name(one, view, now))
    return;
  if (one.asked)
    one.doubtful = true; // whoever was asked may do it yet
  one.asked.reset();
  one.next = now + patience_;
  if (one.wish.what.kind == change_kind::add && is_unbound(one))
    return; // nobody of that name has come yet
  const auto named = std::exchange(one.leader, std::nullopt);
  one.awaited = can_ask(view, named) ? std::nullopt : named;
  for (const auto& id : {named, view.leader})
    if (!one.asked && can_ask(view, id))
      one.asked = id;
  if (!one.asked && !view.linked.empty())
    one.asked = view.linked[one.attempt % view.linked.size()].member;
  if (one.asked)
    out.push_back({*one.asked, one.wish.id, ++one.attempt, one.wish.what});
}

timestamp orders::deadline() const noexcept {
  auto result = timestamp::max();
  for (const auto& one : pending_)
    result = std::min({result, one.next, one.wish.deadline});
  return result;
}

} // namespace hamok::raft
