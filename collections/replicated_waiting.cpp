// The actor of a collection: callers who wait until there is something for them.

#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/collections/replicated_actor.hpp"

#include <utility>

namespace hamok {

caf::result<blob> replicated_state::on_execute_waiting(execute_waiting& request) {
  if (is_for_storage()) { // none of its operations waits
    execute plain{std::move(request.command), request.timeout};
    return pass_on(remote_, plain);
  }
  if (const auto reason = refusal_of_writes(); reason != errc::none)
    return make_error(reason);
  caf::response_promise promise = self_->make_response_promise();
  watch_caller(promise.source());
  wait(waiters_.add(std::move(promise)), request);
  return caf::delegated<blob>{};
}

void replicated_state::on_execute_waiting_call(execute_waiting_call& request) {
  if (is_for_storage())
    pass_on_call({request.id, std::move(request.what.command), request.what.timeout});
  else if (const auto reason = refusal_of_writes(); reason != errc::none)
    context_.calls->complete(request.id, make_error(reason));
  else
    wait(waiters_.add(request.id), request.what);
}

void replicated_state::wait(std::uint64_t ticket, execute_waiting& request) {
  if (state_.machine().turn_of(request.command, 0) == command_turn::any)
    return submit(ticket, std::move(request.command), request.timeout);
  const auto time = now();
  const waiting_room::visitor who{ticket, std::move(request.command),
                                  deadline_of(request.timeout, time),
                                  bounded(request.grace, context_.options.request_timeout)};
  auto reason = room_.enter(who);
  if (reason == errc::overloaded) {
    // Threads that have let go of their future are not heard of; now is the time to look.
    proposer_output out;
    room_.sweep([this](std::uint64_t other) { return !waiters_.wanted(other); }, out);
    carry_out(out);
    reason = room_.enter(who);
  }
  if (reason != errc::none)
    waiters_.answer(ticket, reason, {});
  else
    schedule_flush();
}

/// Nothing is taken for an actor that is known to have ended.
void replicated_state::watch_caller(const caf::strong_actor_ptr& caller) {
  if (!caller)
    return;
  const auto address = caf::actor_cast<caf::actor_addr>(caller);
  if (!callers_.insert(address).second)
    return;
  monitors_.watch(self_, caf::actor_cast<caf::actor>(caller), [this, address](const caf::error&) {
    callers_.erase(address);
    proposer_output out;
    room_.sweep([&](std::uint64_t ticket) { return waiters_.asked_by(ticket, address); }, out);
    carry_out(out);
  });
}

/// Keeps from their callers the answers of those who go on waiting; nobody does once nothing is
/// accepted any more.
void replicated_state::keep_waiting(raft::timestamp time, proposer_output& out) {
  if (room_.empty())
    return;
  std::erase_if(out.answers, [this, time](const proposer_answer& answer) {
    return room_.returned(answer, time);
  });
  if (const auto reason = refusal_of_writes(); reason != errc::none)
    room_.dismiss(reason, out);
}

/// Brings those on their way whose turn it is, and ends the wait of those whose time is over.
void replicated_state::let_go(raft::timestamp time, proposer_output& out) {
  if (room_.empty())
    return;
  keep_waiting(time, out);
  room_.expire(time, out);
  while (auto who = room_.leave(state_.machine())) {
    auto reason = errc::request_timeout;
    if (waiters_.wanted(who->ticket))
      reason =
          proposer_.submit(who->ticket, std::move(who->command), who->deadline, time, who->grace);
    if (reason == errc::none)
      continue;
    out.answers.push_back({who->ticket, reason, {}});
    static_cast<void>(room_.returned(out.answers.back(), time));
  }
}

} // namespace hamok
