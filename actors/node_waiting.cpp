// Those who wait for a leader, or until what is committed has been applied.

#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/actors/node_actor.hpp"

#include <iterator>
#include <utility>

namespace hamok {

namespace {

/// As many as a member may have collections.
constexpr std::size_t max_waiters = std::size_t{1} << 16;

} // namespace

caf::result<std::string> node_state::on_await_leader(caf::timespan timeout) {
  if (view_.leader)
    return view_.leader->peer;
  if (const auto reason = refusal(); reason != errc::none)
    return make_error(reason);
  if (leader_waiters_.size() >= max_waiters)
    return make_error(errc::overloaded);
  const auto id = ++last_waiter_;
  auto promise = self_->make_response_promise<std::string>();
  leader_waiters_.emplace(id, leader_waiter{promise});
  compat::run_after(self_, bounded(timeout), [this, id] {
    if (auto waiter = leader_waiters_.extract(id); !waiter.empty())
      waiter.mapped().promise.deliver(make_error(errc::no_leader));
  });
  return promise;
}

caf::result<raft::index_t> node_state::on_await_commit_head(caf::timespan timeout) {
  if (auto reason = keep_waiting({}, timeout))
    return reason;
  return caf::delegated<raft::index_t>{};
}

caf::result<collection_status> node_state::await_for(const collection_actor& whose,
                                                     caf::timespan timeout) {
  if (!whose)
    return make_error(errc::unknown_collection, "there is no handle");
  if (auto reason = keep_waiting(whose, timeout))
    return reason;
  return caf::delegated<collection_status>{};
}

/// Keeps the current question until that much is applied, and lets `whose` answer it then.
caf::error node_state::keep_waiting(const collection_actor& whose, caf::timespan timeout) {
  if (const auto reason = refusal(); reason != errc::none)
    return make_error(reason);
  if (commit_waiters_.size() >= max_waiters)
    return make_error(errc::overloaded);
  commit_waiter waiter{self_->make_response_promise(), whose, {}};
  if (serve(waiter))
    return {};
  const auto id = ++last_waiter_;
  commit_waiters_.emplace(id, std::move(waiter));
  compat::run_after(self_, bounded(timeout), [this, id] {
    if (auto late = commit_waiters_.extract(id); !late.empty())
      late.mapped().promise.deliver(
          make_error(view_.leader ? errc::request_timeout : errc::no_leader));
  });
  return {};
}

void node_state::serve_leader_waiters() {
  if (!view_.leader)
    return;
  for (auto& [id, waiter] : std::exchange(leader_waiters_, {}))
    waiter.promise.deliver(view_.leader->peer);
}

/// Answers it if its time has come.
bool node_state::serve(commit_waiter& waiter) {
  const auto standing = life_ ? life_->standing() : raft::standing::outsider;
  const auto is_member = standing == raft::standing::voter || standing == raft::standing::learner;
  // What is committed before it is a member comes to it before it is one.
  const auto known = std::max(view_.commit_index, view_.known_commit);
  if (!waiter.index && view_.leader && is_member && known != 0) // a new leader commits something
    waiter.index = known;
  if (!waiter.index || *waiter.index > applied_index_)
    return false;
  if (waiter.whose) // it is there, so it answers at once
    waiter.promise.delegate(waiter.whose, await_created_v, caf::timespan{0});
  else
    waiter.promise.deliver(*waiter.index);
  return true;
}

void node_state::serve_commit_waiters() {
  for (auto i = commit_waiters_.begin(); i != commit_waiters_.end();)
    i = serve(i->second) ? commit_waiters_.erase(i) : std::next(i);
}

/// Nobody shall wait for what this member does not hear of any more.
void node_state::end_waiters(errc reason) {
  for (auto& [id, waiter] : std::exchange(leader_waiters_, {}))
    waiter.promise.deliver(make_error(reason));
  for (auto& [id, waiter] : std::exchange(commit_waiters_, {}))
    waiter.promise.deliver(make_error(reason));
}

void node_state::end_waiting() {
  end_waiters(errc::stopped);
  awaited_.clear();
  answer_leaving(departure_ ? make_error(errc::outcome_unknown, "the node has stopped")
                            : make_error(errc::stopped));
  departure_.reset();
  for (auto& [id, promise] : std::exchange(wishes_, {}))
    promise.deliver(make_error(errc::outcome_unknown, "the node has stopped"));
}

} // namespace hamok
