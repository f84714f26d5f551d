// The actor of a collection: its timers, and how it carries out what was decided.

#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/collections/replicated_actor.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

/// Flushes are messages too, behind what is in the mailbox already.
constexpr deadline_reached flush_message{0};

/// Deadlines that are close to each other are one timer.
constexpr raft::duration timer_grain = std::chrono::milliseconds{1};

/// A timer keeps its actor in memory, so none is armed for longer.
constexpr raft::duration longest_timer = std::chrono::seconds{5};

/// Between two errors about the same thing.
constexpr raft::duration undecodable_pause = std::chrono::seconds{1};

} // namespace

// -- time -----------------------------------------------------------------------------------------

raft::timestamp replicated_state::now() const {
  return self_->clock().now().time_since_epoch();
}

raft::timestamp replicated_state::deadline_of(caf::timespan timeout, raft::timestamp now) const {
  if (timeout.count() <= 0)
    timeout = context_.options.request_timeout;
  return now + bounded(timeout);
}

void replicated_state::schedule_flush() {
  if (flush_scheduled_)
    return;
  flush_scheduled_ = true;
  compat::send(self_, compat::handle_of<collection_actor>(self_), flush_message);
}

void replicated_state::on_deadline(const deadline_reached& msg) {
  const auto time = now();
  if (msg.generation == flush_message.generation) {
    flush_scheduled_ = false;
    proposer_output out;
    flush(time, out);
    carry_out(out);
    arm_timer(time);
  } else if (msg.generation == timer_) {
    armed_ = never;
    on_time(time);
  }
}

/// Something may be due.
void replicated_state::on_time(raft::timestamp time) {
  proposer_output out;
  proposer_.tick(time, out);
  clients_.tick(time, state_, out);
  flush(time, out);
  expire_awaiting(time);
  carry_out(out);
  arm_timer(time);
}

void replicated_state::flush(raft::timestamp time, proposer_output& out) {
  let_go(time, out);
  proposer_.flush(time, out);
  clients_.flush(time, state_, out);
  if (creation_)
    creation_->flush(time, out);
}

/// Makes sure that there is a timer for whatever is due first. A timer that turns out to be too
/// early does no harm, so none is ever taken back, and none is armed for long.
void replicated_state::arm_timer(raft::timestamp time) {
  auto due = std::min({proposer_.deadline(), clients_.deadline(), room_.deadline()});
  if (creation_)
    due = std::min(due, creation_->deadline());
  for (const auto& waiter : awaiting_)
    due = std::min(due, waiter.deadline);
  if (due == never || due >= armed_)
    return;
  armed_ = std::clamp(due, time + timer_grain, time + longest_timer);
  compat::run_after(self_, armed_ - time,
                    [this, generation = ++timer_] { on_deadline(deadline_reached{generation}); });
}

// -- effects --------------------------------------------------------------------------------------

void replicated_state::carry_out(proposer_output& out) {
  keep_waiting(now(), out);
  for (auto& answer : out.answers)
    waiters_.answer(answer.ticket, answer.failure, std::move(answer.result));
  for (auto& batch : out.batches)
    compat::send(
        self_, context_.node,
        proposal_batch{std::nullopt, context_.origin, batch.token, std::move(batch.commands)});
  out.answers.clear();
  out.batches.clear();
  answer_drained();
}

void replicated_state::answer_drained() {
  if (drained_.empty() || proposer_.outstanding() + clients_.outstanding() + room_.waiting() > 0)
    return;
  for (auto& promise : std::exchange(drained_, {}))
    promise.deliver();
}

void replicated_state::publish() {
  if (context_.content)
    context_.content->publish(state_.machine().view(), state_.applied_index());
}

void replicated_state::emit(const collection_event& event) {
  if (event.kind == companion_event_kind)
    return tell_companion(event);
  const auto replaced = event.kind == resync_event_kind; // somebody has imported a snapshot
  for (auto& subscriber : subscribers_)
    replaced ? subscriber.insist(event) : subscriber.send(event);
  if (replaced)
    compat::send(self_, context_.node, event::resync{spec_.name});
  tell_companion(event);
}

/// Somebody may try again and again.
void replicated_state::on_undecodable(const event::error& what) {
  constexpr std::size_t longest = 256;
  const auto time = now();
  auto text = what.text.substr(0, longest);
  if (text == undecodable_ && time < undecodable_until_)
    return;
  compat::send(self_, context_.node,
               event::error{errc::bad_value, "'" + spec_.name + "' (" + spec_.kind + "): " + text
                                                 + " cannot be decoded on this member; "
                                                 + explain(errc::bad_value)});
  undecodable_ = std::move(text);
  undecodable_until_ = time + undecodable_pause;
}

/// It is created. Whether it is up to date its node knows, which sends the question back then.
void replicated_state::answer_created() {
  const auto time = now();
  for (auto& waiter : std::exchange(awaiting_, {})) {
    if (waiter.up_to_date)
      waiter.promise.delegate(context_.node, await_ready_v,
                              compat::handle_of<collection_actor>(self_),
                              std::max(waiter.deadline - time, timer_grain));
    else
      waiter.promise.deliver(status());
  }
}

void replicated_state::expire_awaiting(raft::timestamp time) {
  std::erase_if(awaiting_, [this, time](creation_waiter& waiter) {
    if (waiter.deadline > time)
      return false;
    // The creation goes on, whatever its caller is told.
    waiter.promise.deliver(make_error(errc::outcome_unknown));
    return true;
  });
}

/// Answers what cannot be in any log with `reason`; the rest may still come.
void replicated_state::give_up(errc reason) {
  proposer_output out;
  proposer_.give_up(reason, out);
  clients_.give_up(reason, out);
  room_.dismiss(reason, out);
  carry_out(out);
}

/// Answers everything. Nothing is sent for it when the actor ends.
void replicated_state::fail_all(errc reason, bool may_send) {
  const auto time = now();
  proposer_output out;
  proposer_.fail_all(reason, time, out);
  clients_.fail_all(reason, out);
  room_.dismiss(reason, out);
  const bool created_in_doubt = creation_ && creation_->sent();
  for (auto& waiter : std::exchange(awaiting_, {}))
    waiter.promise.deliver(make_error(created_in_doubt ? errc::outcome_unknown : reason));
  if (!may_send)
    out.batches.clear();
  carry_out(out);
}

} // namespace hamok
