// Handing the leadership over, and the orderly part of a stop: first that, then what the callers of
// this member wait for.

#include "hamok/actors/node_actor.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

/// How long a stop waits for the next leader at most, and for the operations of this member.
constexpr caf::timespan longest_transfer = std::chrono::seconds{1};
constexpr caf::timespan longest_drain = std::chrono::seconds{2};

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
  auto promise = self_->make_response_promise<void>();
  transfers_.push_back(promise);
  host_.send(transfer_request{to});
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
  if (stage_ == stop_stage::transferring)
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
  if (stage_ == stop_stage::transferring)
    begin_drain();
}

void node_state::answer_transfers(const caf::error& problem) {
  handed_over_ = false;
  for (auto& promise : std::exchange(transfers_, {})) {
    if (problem)
      promise.deliver(problem);
    else
      promise.deliver();
  }
}

void node_state::begin_stop() {
  stage_ = stop_stage::transferring;
  if (view_.role != raft::role::leader)
    return begin_drain();
  host_.send(transfer_request{});
  compat::run_after(self_, std::min<caf::timespan>(2 * config_.follower_max_idle, longest_transfer),
                    [this, stop = stops_] {
                      if (stop == stops_ && stage_ == stop_stage::transferring)
                        begin_drain();
                    });
}

void node_state::begin_drain() {
  stage_ = stop_stage::draining;
  tell_leader();
  compat::send(self_, applier_, drain_v,
               std::min<caf::timespan>(config_.request_timeout, longest_drain));
}

void node_state::end_drain() {
  if (stage_ == stop_stage::draining)
    end_role();
}

} // namespace hamok
