// Handing the leadership over, and the orderly part of a stop and of a departure: first that, then
// what the callers of this member wait for, and then, of a departure, the wish to be removed.

#include "hamok/actors/clock.hpp"
#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/actors/node_actor.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

/// How long a stop waits for the next leader at most, and for the operations of this member.
constexpr caf::timespan longest_transfer = std::chrono::seconds{1};
constexpr caf::timespan longest_drain = std::chrono::seconds{2};

constexpr std::size_t max_waiting = 64;

} // namespace

caf::result<void> node_state::transfer(const std::string& to) {
  if (!running_)
    return make_error(errc::stopped);
  const auto leads = view_.leader && view_.leader->peer == to;
  if (leads)
    return caf::unit;
  if (view_.role != raft::role::leader) {
    if (!view_.leader)
      return make_error(errc::no_leader);
    return make_error(errc::not_leader, "'" + view_.leader->peer + "' leads; ask that member");
  }
  if (transfers_.size() >= max_waiting)
    return make_error(errc::overloaded, "too many wait for the next leader");
  auto promise = self_->make_response_promise<void>();
  const auto id = ++last_transfer_;
  transfers_.emplace(id, promise);
  host_.send(transfer_request{to});
  // Nobody answers when the role dies, or when nobody is elected.
  compat::run_after(self_, config_.request_timeout, [this, id] {
    if (auto waiting = transfers_.extract(id); !waiting.empty())
      waiting.mapped().deliver(
          make_error(errc::transfer_failed, "the next leader is not known in time"));
  });
  return promise;
}

void node_state::on_transfer_ended(const transfer_ended& msg) {
  if (!is_from_role())
    return;
  if (msg.result == raft::transfer_result::handed_over) {
    handed_over_ = true;
    return;
  }
  answer_transfers(make_error(errc::transfer_failed, raft::to_string(msg.result)));
  if (stage_ == end_stage::transferring)
    begin_drain(); // another leader is elected once the link to this member is gone
}

/// To be called when the leader may have changed.
void node_state::on_next_leader() {
  if (!handed_over_ || !view_.leader)
    return;
  if (view_.role == raft::role::leader)
    answer_transfers(make_error(errc::transfer_failed, "this member was elected again"));
  else
    answer_transfers({});
  if (stage_ == end_stage::transferring)
    begin_drain();
}

void node_state::answer_transfers(const caf::error& problem) {
  handed_over_ = false;
  for (auto& [id, promise] : std::exchange(transfers_, {})) {
    if (problem)
      promise.deliver(problem);
    else
      promise.deliver();
  }
}

// -- the end --------------------------------------------------------------------------------------

/// What is in the log when this member is removed may never come to it, so it finishes first what
/// its callers wait for.
caf::result<void> node_state::leave() {
  if (!running_ || !stopping_.empty())
    return make_error(errc::stopped);
  if (leaving_.size() >= max_waiting)
    return make_error(errc::overloaded, "too many wait for this member to leave");
  auto promise = self_->make_response_promise<void>();
  leaving_.push_back(promise);
  if (stage_ == end_stage::none)
    begin_end();
  return promise;
}

void node_state::begin_end() {
  stage_ = end_stage::transferring;
  ++ends_;
  if (view_.role != raft::role::leader)
    return begin_drain();
  host_.send(transfer_request{});
  compat::run_after(self_, std::min<caf::timespan>(2 * config_.follower_max_idle, longest_transfer),
                    [this, end = ends_] {
                      if (end == ends_ && stage_ == end_stage::transferring)
                        begin_drain();
                    });
}

void node_state::begin_drain() {
  stage_ = end_stage::draining;
  ++drains_;
  tell_leader();
  // A stop leaves to others what takes too long; after a departure nobody could tell of it here.
  compat::send(self_, applier_, drain_v,
               leaving_.empty() ? std::min<caf::timespan>(config_.request_timeout, longest_drain)
                                : config_.request_timeout);
}

void node_state::end_drain() {
  if (drains_ > 0)
    --drains_;
  if (drains_ > 0 || stage_ != end_stage::draining) // an earlier one that was not waited for
    return;
  if (leaving_.empty())
    return end_role();
  stage_ = end_stage::departing;
  departure_ = ++last_wish_;
  live(raft::wish{*departure_,
                  raft::wish_kind::leave,
                  {config_.peer_id, {}},
                  boot_time() + bounded(config_.request_timeout)});
}

void node_state::on_leave_answered(const caf::error& problem) {
  departure_.reset();
  if (problem) { // it goes on as before
    stage_ = end_stage::none;
    tell_leader();
    answer_leaving(problem);
    return;
  }
  for (auto& promise : std::exchange(leaving_, {}))
    stopping_.push_back(std::move(promise));
  end_role();
}

/// A stop has come while this member was about to leave.
void node_state::stop_instead() {
  if (stage_ == end_stage::departing) { // nothing is under way any more but the wish
    end_role();
    return;
  }
  answer_leaving(make_error(errc::stopped));
  compat::run_after(self_, longest_drain, [this, end = ends_] {
    if (end == ends_ && stage_ == end_stage::draining)
      end_role();
  });
}

void node_state::answer_leaving(const caf::error& problem) {
  for (auto& promise : std::exchange(leaving_, {}))
    promise.deliver(problem);
}

} // namespace hamok
