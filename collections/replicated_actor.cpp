#include "hamok/collections/replicated_actor.hpp"

#include "hamok/actors/interfaces/random_id.hpp"
#include "hamok/collections/operation_state.hpp"

#include <utility>

namespace hamok {

namespace {

/// Those who wait for the creation, and those who want events: more are refused as overloaded.
constexpr std::size_t max_awaiting = 4096;
constexpr std::size_t max_subscribers = 1024;

proposer_config make_config(const collection_options& options) {
  proposer_config result;
  result.max_batch_entries = options.max_message_entries;
  result.max_batch_bytes = options.max_message_bytes;
  result.max_outstanding = options.max_outstanding;
  result.max_outstanding_bytes = options.max_outstanding_bytes;
  result.session_ttl = options.session_ttl;
  result.session_idle = options.session_idle;
  result.min_retry = options.min_retry;
  result.max_retry = options.max_retry;
  result.resend_after = options.resend_after;
  result.make_session = random_id;
  return result;
}

blob whole_digest(const session_state& state) {
  const auto content = to_blob(state.machine().digest());
  const auto sessions = to_blob(state.session_digest());
  std::vector<std::byte> bytes;
  bytes.insert(bytes.end(), content.bytes().begin(), content.bytes().end());
  bytes.insert(bytes.end(), sessions.bytes().begin(), sessions.bytes().end());
  return blob::from_vector(std::move(bytes));
}

} // namespace

replicated_state::replicated_state(self_ptr self, collection_context context, collection_spec spec,
                                   std::unique_ptr<state_machine> machine)
    : self_(self),
      context_(std::move(context)),
      spec_(std::move(spec)),
      state_(std::move(machine)),
      proposer_(make_config(context_.options), tokens_),
      clients_(make_config(context_.options), tokens_),
      waiters_(context_.calls),
      room_(context_.options.max_outstanding, context_.options.max_outstanding_bytes) {
  if (spec_.creator.none())
    spec_.creator = random_id();
  if (context_.create)
    creation_.emplace(encode_create(spec_), make_config(context_.options), tokens_);
  compat::obey_only(self_, caf::actor_cast<caf::actor_addr>(context_.applier),
                    [this] { fail_all(errc::stopped, false); });
  publish();
}

replicated_state::~replicated_state() {
  for (auto& subscriber : subscribers_)
    subscriber.close();
  // Nothing is delivered to actors here: the last reference to this one may be gone already. CAF
  // answers the promises that are dropped.
}

collection_actor::behavior_type replicated_state::make_behavior() {
  if (creation_)
    schedule_flush();
  if (talks_to_others(spec_.kind))
    begin_companion();
  return {
      [this](execute& request) { return on_execute(request); },
      [this](execute_waiting& request) { return on_execute_waiting(request); },
      [this](read_state& request) { return on_read(request); },
      [this](get_status) { return status(); },
      [this](await_created, caf::timespan timeout) { return on_await_created(timeout, false); },
      [this](await_ready, caf::timespan timeout) { return on_await_created(timeout, true); },
      [this](subscribe, const caf::actor& subscriber) { return on_subscribe(subscriber); },
      [this](unsubscribe, const caf::actor& subscriber) { on_unsubscribe(subscriber); },
      [this](close_collection) { on_close(); },
      [this](export_content) { return on_export(); },
      [this](import_content, collection_snapshot& given, caf::timespan timeout) {
        return on_import(given, timeout);
      },
      [this](import_piece& piece) { return on_import_piece(piece); },
      [this](emitter_request& request) { return on_emitter_request(request); },
      [this](const event::error& what) { on_undecodable(what); },
      [this](execute_in_session& request) { return on_execute_in_session(request); },
      [this](execute_call& request) { on_execute_call(request); },
      [this](execute_waiting_call& request) { on_execute_waiting_call(request); },
      [this](const collection_created& msg) {
        if (from_applier())
          on_created(msg);
      },
      [this](const apply_batch& batch) {
        if (from_applier())
          on_apply(batch);
      },
      [this](const leader_notice& notice) {
        if (from_applier())
          on_leader(notice);
      },
      [this](const proposal_refused& msg) {
        if (from_applier())
          on_refused(msg);
      },
      [this](drain) { return on_drain(); },
      [this](const take_part& msg) {
        if (from_applier())
          on_take_part(msg);
      },
      [this](const install_part& msg) {
        if (from_applier())
          on_install_part(msg);
      },
      [this](direct_message& msg, const raft::member_id& from) {
        if (from_applier())
          on_direct(msg, from);
      },
      [this](const direct_reply& msg, const raft::member_id& from) {
        if (from_applier())
          on_direct_reply(msg, from);
      },
      [this](const peers_notice& peers) {
        if (from_applier())
          on_peers(peers);
      },
      [this](const deadline_reached& msg) { on_deadline(msg); },
  };
}

// -- callers --------------------------------------------------------------------------------------

/// Why nothing is accepted any more, or none.
errc replicated_state::refusal() const noexcept {
  return closed_ ? errc::closed : refused_;
}

/// The same for what has to go into the log. A remote map goes on for the other members when its
/// use has ended here.
errc replicated_state::refusal_of_writes() const {
  if (remote_ && from_companion())
    return refused_ != errc::none ? refused_ : away_;
  if (const auto reason = refusal(); reason != errc::none)
    return reason;
  return draining_ ? errc::stopped : away_;
}

bool replicated_state::from_applier() const {
  return caf::actor_cast<caf::actor_addr>(self_->current_sender())
         == caf::actor_cast<caf::actor_addr>(context_.applier);
}

caf::result<blob> replicated_state::on_execute(execute& request) {
  if (is_for_storage())
    return pass_on(remote_, request);
  if (const auto reason = refusal_of_writes(); reason != errc::none)
    return make_error(reason);
  auto promise = self_->make_response_promise();
  submit(waiters_.add(std::move(promise)), std::move(request.command), request.timeout);
  return caf::delegated<blob>{};
}

void replicated_state::on_execute_call(execute_call& request) {
  if (is_for_storage())
    pass_on_call(std::move(request));
  else if (const auto reason = refusal_of_writes(); reason != errc::none)
    context_.calls->complete(request.id, make_error(reason));
  else
    submit(waiters_.add(request.id), std::move(request.command), request.timeout);
}

void replicated_state::submit(std::uint64_t ticket, blob command, caf::timespan timeout,
                              bool content) {
  const auto time = now();
  const auto reason =
      proposer_.submit(ticket, std::move(command), deadline_of(timeout, time), time, {}, content);
  if (reason != errc::none)
    waiters_.answer(ticket, reason, {});
  else
    schedule_flush();
}

caf::result<blob> replicated_state::on_execute_in_session(execute_in_session& request) {
  if (is_for_storage())
    return pass_on(remote_, request);
  if (const auto reason = refusal_of_writes(); reason != errc::none)
    return make_error(reason);
  auto promise = self_->make_response_promise();
  const auto ticket = waiters_.add(std::move(promise));
  const auto time = now();
  const auto reason = clients_.submit(ticket, request, deadline_of(request.timeout, time), time);
  if (reason != errc::none)
    waiters_.answer(ticket, reason, {});
  else
    schedule_flush();
  return caf::delegated<blob>{};
}

caf::result<blob> replicated_state::on_read(read_state& request) {
  if (remote_)
    return pass_on(remote_, request);
  if (const auto reason = refusal(); reason != errc::none)
    return make_error(reason);
  auto answer = state_.machine().query(request.query);
  if (answer.status() == command_status::too_large)
    return make_error(errc::too_large,
                      "the answer has no room in a frame; a map of any size is read "
                      "in pages by `scan`, a queue by `page`");
  if (!answer)
    return make_error(errc::bad_command);
  return *std::move(answer);
}

caf::result<collection_status> replicated_state::on_await_created(caf::timespan timeout,
                                                                  bool up_to_date) {
  if (const auto reason = refusal(); reason != errc::none)
    return make_error(reason);
  if (number_ == 0 && awaiting_.size() >= max_awaiting)
    return make_error(errc::overloaded, "too many wait for the creation");
  const auto time = now();
  awaiting_.push_back({self_->make_response_promise(), deadline_of(timeout, time), up_to_date});
  if (number_ != 0)
    answer_created();
  else
    arm_timer(time);
  return caf::delegated<collection_status>{};
}

collection_status replicated_state::status() const {
  collection_status result;
  result.name = spec_.name;
  result.kind = spec_.kind;
  result.number = number_;
  result.existed = existed_;
  result.closed = closed_;
  result.size = state_.machine().size();
  result.applied_index = state_.applied_index();
  result.digest = whole_digest(state_);
  result.outstanding = proposer_.outstanding() + clients_.outstanding() + room_.waiting();
  result.sessions = state_.session_count();
  return result;
}

caf::result<void> replicated_state::on_subscribe(const caf::actor& subscriber) {
  if (!subscriber)
    return caf::unit;
  for (const auto& known : subscribers_)
    if (known.subscriber() == subscriber)
      return caf::unit;
  if (subscribers_.size() >= max_subscribers)
    return make_error(errc::overloaded, "too many want the events of the collection");
  const auto& added =
      subscribers_.emplace_back(self_->system(), subscriber, context_.options.max_buffered_events);
  monitors_.watch(self_, added.relay(), [this, relay = added.relay().address()](const caf::error&) {
    std::erase_if(subscribers_,
                  [&](const event_relay& which) { return which.relay().address() == relay; });
  });
  return caf::unit;
}

void replicated_state::on_unsubscribe(const caf::actor& subscriber) {
  for (auto& known : subscribers_)
    if (known.subscriber() == subscriber)
      known.close();
  std::erase_if(subscribers_,
                [&](const event_relay& which) { return which.subscriber() == subscriber; });
}

/// The state goes on, because every member holds every collection's state; its use ends here.
void replicated_state::on_close() {
  if (closed_)
    return;
  if (companion_ && !from_companion()) { // which comes back to it
    tell_companion(close_collection_v);
    return;
  }
  closed_ = true;
  collection_event event;
  event.collection = spec_.name;
  event.kind = closed_event_kind;
  event.index = state_.applied_index();
  for (auto& subscriber : subscribers_)
    subscriber.close(event);
  subscribers_.clear();
  fail_all(errc::closed);
}

// -- the applier ----------------------------------------------------------------------------------

void replicated_state::on_created(const collection_created& msg) {
  if (msg.refused != errc::none) {
    refused_ = msg.refused;
    creation_.reset();
    fail_all(msg.refused);
    tell_companion(msg);
    return;
  }
  if (msg.number == 0 || number_ != 0) { // a user of this member has opened it once more
    closed_ = false;
    existed_ = existed_ || number_ != 0;
    limit(msg.spec.limits);
    tell_companion(msg);
    return;
  }
  // A creation that was under way opens nothing that was closed in the meantime.
  refused_ = errc::none;
  number_ = msg.number;
  existed_ = !context_.create || msg.spec.creator != spec_.creator;
  spec_ = msg.spec;
  creation_.reset();
  // Bytes that cannot be understood leave it empty, on all members alike.
  state_.initialize(spec_.initial);
  proposer_.created(number_);
  clients_.created(number_);
  publish();
  tell_companion(msg);
  answer_created();
  schedule_flush();
}

/// Another user on this member has opened it with limits of its own.
void replicated_state::limit(const collection_limits& limits) {
  context_.options = context_.options.with(limits);
  proposer_.limit_batches(context_.options.max_message_entries, context_.options.max_message_bytes);
  clients_.limit_batches(context_.options.max_message_entries, context_.options.max_message_bytes);
}

void replicated_state::on_apply(const apply_batch& batch) {
  if (batch.items.empty())
    return;
  const auto time = now();
  proposer_output out;
  out.answers.reserve(batch.items.size());
  std::vector<collection_event> events;
  command_context context;
  context.events = !subscribers_.empty() || companion_;
  for (const auto& item : batch.items) {
    if (envelope_kind(item.data) == envelope_type::check) { // which is no part of the state
      confirm({number_, item.index, whole_digest(state_)});
      continue;
    }
    context.index = item.index;
    context.cluster_time = item.cluster_time;
    auto entry = state_.apply(context, item.data);
    if (entry.what == verdict::repeated)
      continue;
    proposer_.applied(entry, item.index, time, out);
    clients_.applied(entry, time, out);
    for (auto& event : entry.events)
      events.push_back({spec_.name, event.kind, std::move(event.key), std::move(event.old_value),
                        std::move(event.new_value), item.index});
  }
  proposer_.check_session([this](const session_id& id) { return state_.contains(id); }, out);
  publish(); // first, so that a caller sees its own write when the answer comes
  for (const auto& event : events)
    emit(event);
  let_go(time, out);
  if (proposer_.wants_flush(time))
    flush(time, out);
  carry_out(out);
  arm_timer(time);
  confirm({number_, batch.items.back().index});
}

void replicated_state::on_leader(const leader_notice& notice) {
  const auto time = now();
  proposer_.leader_changed(notice.leader, notice.term, time);
  clients_.leader_changed(notice.leader, notice.term, time);
  if (creation_)
    creation_->leader_changed(notice.leader, notice.term, time);
  tell_companion(notice);
  away_ = notice.away;
  draining_ = notice.draining;
  if (away_ == errc::refused_retired)
    fail_all(away_, false); // what is in doubt will always be
  else if (away_ != errc::none)
    give_up(away_);
  on_time(time);
}

caf::result<void> replicated_state::on_drain() {
  if (remote_)
    return compat::delegate(self_, remote_, drain_v);
  auto promise = self_->make_response_promise<void>();
  drained_.push_back(promise);
  answer_drained();
  return promise;
}

void replicated_state::on_refused(const proposal_refused& msg) {
  const auto time = now();
  proposer_.refused(msg.token, time);
  clients_.refused(msg.token, time);
  const auto was_creation = creation_ && creation_->refused(msg.token, time);
  switch (msg.reason) {
  case errc::too_large: // no member will ever take it
    if (was_creation) {
      refused_ = msg.reason;
      creation_.reset();
      fail_all(msg.reason);
      break;
    }
    [[fallthrough]];
  case errc::stopped: // this member takes no part: better said now than at the deadline
  case errc::closed:
  case errc::storage_failed:
  case errc::refused_retired:
    give_up(msg.reason);
    break;
  default:
    break;
  }
  arm_timer(time);
}

} // namespace hamok
