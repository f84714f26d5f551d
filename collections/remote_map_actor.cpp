#include "hamok/collections/remote_map_actor.hpp"

#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/actors/placement.hpp"
#include "hamok/collections/event_relay.hpp"

#include <algorithm>
#include <chrono>

namespace hamok {

namespace {

/// Operations of this member that are not answered, and questions: more are refused as overloaded.
constexpr std::size_t max_callers = 65536;
constexpr std::size_t max_questions = 4096;
constexpr std::size_t max_before_creation = 4096;
constexpr std::size_t max_tickets = 16; ///< of one operation

/// A timer keeps its actor in memory, so none is armed for longer.
constexpr raft::duration longest_wait = std::chrono::seconds{5};
constexpr raft::duration shortest_wait = std::chrono::milliseconds{1};

errc failure_of(remote_status status) {
  switch (status) {
  case remote_status::done:
    return errc::none;
  case remote_status::too_large:
    return errc::too_large;
  case remote_status::taken:
    return errc::remote_taken;
  default:
    return errc::outcome_unknown;
  }
}

} // namespace

remote_map_actor spawn_remote_map_actor(caf::actor_system& system, collection_actor collection,
                                        std::string name, const collection_context& context) {
  // In the scheduler: between a socket and the log nobody waits for it.
  return caf::actor_cast<remote_map_actor>(
      system.spawn<compat::shell<remote_map_actor_state, caf::event_based_actor>, caf::hidden>(
          std::move(collection), std::move(name), context));
}

remote_map_actor_state::remote_map_actor_state(caf::event_based_actor* self,
                                               collection_actor collection, std::string name,
                                               collection_context context)
    : self_(self),
      collection_(std::move(collection)),
      name_(std::move(name)),
      context_(std::move(context)),
      waiters_(context_.calls) {}

remote_map_actor::behavior_type remote_map_actor_state::make_behavior() {
  monitors_.watch(self_, collection_, [this](const caf::error&) { self_->quit(); });
  return {
      [this](const collection_created& msg) { on_created(msg); },
      [this](const collection_event& event) { on_event(event); },
      [this](const collection_applied& what) { on_applied(what); },
      [this](const leader_notice& notice) { on_leader(notice); },
      [this](const peers_notice& peers) { on_peers(peers); },
      [this](close_collection) { on_close(); },
      [this](execute& what) { return on_execute(what); },
      [this](execute_call& what) { on_execute_call(what); },
      [this](execute_in_session& what) { return on_execute_in_session(what); },
      [this](read_state& question) { return on_read(question); },
      [this](drain) { return on_drain(); },
  };
}

void remote_map_actor_state::on_exit() {
  for (const auto& each : {reader_, writer_})
    if (each.actor)
      caf::anon_send_exit(each.actor, caf::exit_reason::user_shutdown);
}

// -- requests -------------------------------------------------------------------------------------

caf::result<blob> remote_map_actor_state::on_execute(execute& what) {
  const auto ticket = waiters_.add(self_->make_response_promise());
  take(ticket, std::move(what.command), what.timeout);
  return caf::delegated<blob>{};
}

void remote_map_actor_state::on_execute_call(execute_call& what) {
  take(waiters_.add(what.id), std::move(what.command), what.timeout);
}

/// The session makes of it one entry in the log, however often the client asks, and whomever; and
/// the entry is executed once.
caf::result<blob> remote_map_actor_state::on_execute_in_session(execute_in_session& what) {
  const auto ticket = waiters_.add(self_->make_response_promise());
  auto operation = std::exchange(what.command, {});
  take(ticket, std::move(operation), what.timeout, std::move(what));
  return caf::delegated<blob>{};
}

caf::result<blob> remote_map_actor_state::on_read(read_state& question) {
  const auto ticket = waiters_.add(self_->make_response_promise());
  ask(ticket, question.query, {});
  return caf::delegated<blob>{};
}

void remote_map_actor_state::take(std::uint64_t ticket, blob operation, caf::timespan timeout,
                                  std::optional<execute_in_session> session) {
  if (const auto question = remote_operation::question_of(operation))
    return ask(ticket, *question, timeout);
  remote_plan plan;
  auto reason = closing_ ? errc::closed : draining_ ? errc::stopped : errc::none;
  if (reason == errc::none)
    if (const auto status = read_operation(operation, true, plan); status != command_status::ok)
      reason = status == command_status::too_large ? errc::too_large : errc::bad_command;
  // What is in the log and finds no room there has used up its number in the session.
  const auto content = view();
  if (reason == errc::none && content && content->size() >= remote_limit::waiting)
    reason = errc::overloaded;
  const auto room = number_ != 0 ? max_callers : max_before_creation;
  if (reason == errc::none && early_.size() + enqueuing_ + callers_.size() >= room)
    reason = errc::overloaded;
  if (reason != errc::none)
    return waiters_.answer(ticket, reason, {});
  request what{std::move(operation), {ticket}, now() + time_for(timeout), std::move(session)};
  if (number_ != 0)
    return enqueue(std::move(what));
  early_.push_back(std::move(what));
  arm_timer();
}

void remote_map_actor_state::enqueue(request what) {
  ++enqueuing_;
  const auto left = std::max<raft::duration>(what.deadline - now(), shortest_wait);
  auto command = remote_command::enqueue(owner_, events_, what.operation);
  auto call = what.session;
  answer_function then = [this, what = std::move(what)](const caf::expected<blob>& answer) mutable {
    --enqueuing_;
    on_enqueued(what, answer);
    answer_drained();
  };
  if (!call)
    return log(std::move(command), left, std::move(then));
  call->command = std::move(command);
  call->timeout = left;
  ask_collection(*std::move(call), left, std::move(then));
}

/// What another member applies sooner than this one may be executed and reported by now.
void remote_map_actor_state::on_enqueued(request& what, const caf::expected<blob>& answer) {
  raft::index_t index = 0;
  if (!answer)
    for (const auto ticket : what.tickets)
      answer_with(ticket, answer);
  else if (!map_answer::decode(*answer, index))
    this->answer(what, errc::bad_command);
  else if (index == 0)
    this->answer(what, errc::overloaded);
  else
    settle(index, std::move(what));
}

void remote_map_actor_state::settle(raft::index_t index, request what) {
  auto content = view();
  if (content && content->summary().owner != owner_)
    content = nullptr; // what has these indices there is of another cluster
  if (content && content->waits(index)) {
    if (const auto asked = callers_.find(index); asked != callers_.end()) {
      const auto& before = asked->second;
      if (before.tickets.size() >= max_tickets)
        return answer(what, errc::overloaded);
      what.tickets.insert(what.tickets.end(), before.tickets.begin(), before.tickets.end());
      what.deadline = std::max(what.deadline, before.deadline);
      forget(index);
    }
    deadlines_.emplace(what.deadline, index);
    callers_.insert_or_assign(index, std::move(what));
    return arm_timer();
  }
  if (const auto result = content ? content->result(index) : std::nullopt)
    finish(what, *result);
  else
    answer(what, errc::outcome_unknown);
}

void remote_map_actor_state::answer(const request& what, errc reason, const blob& result) {
  for (const auto ticket : what.tickets)
    waiters_.answer(ticket, reason, result);
}

void remote_map_actor_state::forget(raft::index_t index) {
  const auto found = callers_.find(index);
  deadlines_.erase({found->second.deadline, index});
  callers_.erase(found);
}

void remote_map_actor_state::finish(const request& what, const remote_result& result) {
  remote_plan plan;
  std::vector<remote_touch> touches;
  auto reason = failure_of(result.status);
  if (reason == errc::none
      && (read_operation(what.operation, events_, plan) != command_status::ok
          || !decode(result.touches, touches)))
    reason = errc::outcome_unknown;
  answer(what, reason, reason == errc::none ? answer_of(plan, touches) : blob{});
}

/// The content was replaced: what has become of the operations is in it, or is not known any more.
void remote_map_actor_state::look_again() {
  for (auto& [index, what] : std::exchange(callers_, {}))
    settle(index, std::move(what));
  deadlines_.clear();
  for (const auto& [index, what] : callers_)
    deadlines_.emplace(what.deadline, index);
}

/// Questions about the execution are answered from the log, all others by the storage.
void remote_map_actor_state::ask(std::uint64_t ticket, const blob& question,
                                 caf::timespan timeout) {
  const auto content = view();
  if (!question.empty()
      && *question.data() >= static_cast<std::byte>(remote_query::code::summary)) {
    auto answer = content ? content->query(question) : query_answer{std::nullopt};
    const auto known = static_cast<bool>(answer);
    return waiters_.answer(ticket, known ? errc::none : errc::bad_command,
                           known ? *std::move(answer) : blob{});
  }
  if (asking_ >= max_questions)
    return waiters_.answer(ticket, errc::overloaded, {});
  if (!use_storage(reader_))
    return waiters_.answer(ticket, errc::remote_unavailable, {});
  ++asking_;
  const auto done = [this, ticket](const caf::expected<blob>& answer) {
    if (--asking_ == 0)
      let_go(reader_);
    answer_with(ticket, answer);
  };
  compat::request(self_, reader_.actor, time_for(timeout), read_state{question})
      .then([done](const blob& answer) { done(answer); },
            [done](const caf::error& reason) {
              const auto ours = reason.category() == caf::type_id_v<errc>;
              done(ours ? reason : make_error(errc::remote_unavailable));
            });
}

/// Writes to the log as any user of a collection does.
void remote_map_actor_state::log(blob command, caf::timespan timeout, answer_function then) {
  ask_collection(hamok::execute{std::move(command), timeout}, timeout, std::move(then));
}

template <class Request>
void remote_map_actor_state::ask_collection(Request what, caf::timespan timeout,
                                            answer_function then) {
  compat::request(self_, collection_, timeout + answer_margin, std::move(what))
      .then([then](const blob& answer) { then(answer); },
            [then](const caf::error& reason) { then(reason); });
}

void remote_map_actor_state::answer_with(std::uint64_t ticket, const caf::expected<blob>& answer) {
  if (answer)
    waiters_.answer(ticket, errc::none, *answer);
  else if (answer.error().category() == caf::type_id_v<errc>)
    waiters_.answer(ticket, static_cast<errc>(answer.error().code()), {});
  else
    waiters_.answer(ticket, errc::outcome_unknown, {});
}

// -- what the collection actor passes on ----------------------------------------------------------

void remote_map_actor_state::on_created(const collection_created& msg) {
  if (msg.refused != errc::none) {
    for (const auto& one : std::exchange(early_, {}))
      answer(one, msg.refused);
    return answer_drained();
  }
  closing_ = false;
  if (msg.number != 0 && number_ == 0) {
    number_ = msg.number;
    owner_ = msg.spec.creator;
    const auto& options = msg.spec.options;
    events_ = options.empty()
              || (std::to_integer<std::uint8_t>(*options.data()) & remote_option::no_events) == 0;
    for (auto& one : std::exchange(early_, {}))
      enqueue(std::move(one));
  }
  go_on(); // there may be a storage now
}

void remote_map_actor_state::on_event(const collection_event& event) {
  if (event.kind == resync_event_kind) {
    look_again();
    answer_drained();
    executor_.begin_office(); // whoever executes has to say so in the new content
    return go_on();
  }
  remote_result result;
  if (event.kind != companion_event_kind || !decode(event.old_value, result))
    return;
  const auto found = callers_.find(result.index);
  if (found == callers_.end())
    return;
  const auto what = found->second;
  forget(result.index);
  finish(what, result);
  answer_drained();
}

void remote_map_actor_state::on_applied(const collection_applied& what) {
  compat::send(self_, context_.applier, what);
  go_on();
}

void remote_map_actor_state::on_leader(const leader_notice& notice) {
  leader_ = notice.leader;
  away_ = notice.away != errc::none;
  draining_ = notice.draining;
  if (notice.away == errc::refused_retired) // nothing of the log will ever come any more
    for (const auto& [index, what] : std::exchange(callers_, {})) {
      deadlines_.erase({what.deadline, index});
      answer(what, errc::outcome_unknown);
    }
  executor_.begin_office();
  go_on();
  answer_drained();
}

void remote_map_actor_state::on_peers(const peers_notice& peers) {
  if (peers.self != myself_) {
    myself_ = peers.self;
    executor_.begin_office();
  }
  go_on();
}

/// Only its use ends here: this member still executes what others ask for when it leads.
void remote_map_actor_state::on_close() {
  closing_ = true;
  for (const auto& one : std::exchange(early_, {}))
    answer(one, errc::closed);
  for (const auto& [index, what] : std::exchange(callers_, {}))
    answer(what, errc::outcome_unknown);
  deadlines_.clear();
  answer_drained();
  compat::send(self_, collection_, close_collection_v);
}

caf::result<void> remote_map_actor_state::on_drain() {
  auto promise = self_->make_response_promise<void>();
  drained_.push_back(promise);
  answer_drained();
  return promise;
}

void remote_map_actor_state::answer_drained() {
  if (drained_.empty() || !early_.empty() || !callers_.empty() || enqueuing_ != 0)
    return;
  for (auto& promise : std::exchange(drained_, {}))
    promise.deliver();
}

// -- time -----------------------------------------------------------------------------------------

remote_map_actor_state::view_ptr remote_map_actor_state::view() const {
  return std::dynamic_pointer_cast<const remote_view>(context_.content->get().view);
}

caf::timespan remote_map_actor_state::time_for(caf::timespan timeout) const {
  return bounded(timeout, context_.options.request_timeout);
}

raft::timestamp remote_map_actor_state::now() const {
  return self_->clock().now().time_since_epoch();
}

void remote_map_actor_state::on_time() {
  armed_ = raft::timestamp::max();
  expire(now());
  go_on();
  arm_timer();
}

/// What is in the log will be executed, sooner or later; what is not, cannot have happened.
void remote_map_actor_state::expire(raft::timestamp now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const auto index = deadlines_.begin()->second;
    const auto what = callers_.at(index);
    forget(index);
    answer(what, errc::outcome_unknown);
  }
  std::erase_if(early_, [this, now](const request& one) {
    if (one.deadline > now)
      return false;
    answer(one, errc::request_timeout);
    return true;
  });
  answer_drained();
}

/// A timer that turns out to be too early does no harm, so none is ever taken back.
void remote_map_actor_state::arm_timer() {
  const auto time = now();
  auto due = deadlines_.empty() ? raft::timestamp::max() : deadlines_.begin()->first;
  for (const auto& one : early_)
    due = std::min(due, one.deadline);
  if (executor_.retry() > time)
    due = std::min(due, executor_.retry());
  if (due == raft::timestamp::max() || due >= armed_)
    return;
  armed_ = std::clamp(due, time + shortest_wait, time + longest_wait);
  compat::run_after(self_, armed_ - time, [this] { on_time(); });
}

} // namespace hamok
