#include "hamok/tests/sim/executor.hpp"

#include "hamok/collections/map_command_state.hpp"
#include "hamok/raft/codec.hpp"
#include "hamok/tests/sim/outside.hpp"
#include "hamok/tests/sim/world.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hamok::sim {

namespace {

/// Who reports.
raft::index_t executor_in(const blob& report) {
  raft::reader in{report};
  static_cast<void>(in.u8()); // what it is
  return in.u64();
}

} // namespace

// -- its life -------------------------------------------------------------------------------------

void executor::start() {
  ++life_;
  runs_ = std::ranges::count(all_.plan.collections, collection_kind::remote_map) > 0;
  led_ = false;
  term_ = 0;
  decides_ = {};
  timer_.reset();
  if (runs_)
    begin_session();
}

void executor::stop() {
  ++life_;
  runs_ = false;
  batch_.clear();
}

void executor::office_changed() {
  if (!runs_)
    return;
  const auto& now = all_.rules.view().members[who_].now;
  const auto leads = all_.members[who_].leads();
  if (leads == led_ && now.term == term_)
    return;
  led_ = leads;
  term_ = now.term;
  decides_.begin_office();
  later(duration{0}, [this] { go_on(); });
}

void executor::content_replaced() {
  if (!runs_)
    return;
  decides_.begin_office();
  later(duration{0}, [this] { go_on(); });
}

/// Does something while this life lasts and the member is not paused.
template <class F>
void executor::later(duration delay, F what) {
  all_.time.after(delay, [this, life = life_, what] {
    if (life != life_)
      return;
    all_.members[who_].when_awake([this, life, what] {
      if (life == life_)
        what();
    });
  });
}

void executor::go_on() {
  if (!runs_ || !led_ || !batch_.empty())
    return;
  const auto part = all_.members[who_].remote_map();
  if (!part.state)
    return;
  // Who leads is told again, for whatever reason.
  if (all_.trouble.stormy() && all_.chance.chance(10))
    decides_.begin_office();
  auto next = decides_.next(all_.time.now(), *part.state, outside_owner,
                            [this] { return kept_outcomes(); });
  switch (next.what) {
  case remote_action::kind::nothing:
    break;
  case remote_action::kind::wait:
    wait();
    break;
  case remote_action::kind::claim:
    log(operation_kind::claim, {});
    break;
  case remote_action::kind::execute:
    execute(std::make_shared<job>(job{std::move(next.job), {}, decides_.office()}));
    break;
  }
}

void executor::wait() {
  const auto due = decides_.retry();
  if (timer_ && *timer_ <= due)
    return;
  timer_ = due;
  later(due - all_.time.now(), [this] {
    timer_.reset();
    go_on();
  });
}

// -- the storage ----------------------------------------------------------------------------------

/// None, when the application has not given one yet.
std::size_t executor::kept_outcomes() {
  if (!all_.trouble.stormy() || !all_.chance.chance(20))
    return all_.plan.outside.kept_outcomes;
  all_.done.add(count::remote_without_storage);
  return 0;
}

/// What is on its way to the storage arrives, whatever becomes of the member meanwhile.
void executor::execute(const std::shared_ptr<job>& what) {
  const auto& plan = all_.plan.outside;
  const auto slow = all_.trouble.stormy() && all_.chance.chance(plan.stall_per_mille);
  const auto delay = all_.chance.between(duration{0}, slow ? plan.max_stall : plan.max_delay);
  all_.time.after(delay, [this, what, life = life_] {
    auto report = execute_next(*what);
    what->done.problem = std::move(report.problem);
    std::ranges::move(report.results, std::back_inserter(what->done.results));
    if (life == life_)
      later(all_.chance.between(duration{0}, all_.plan.outside.max_delay),
            [this, what] { executed(what); });
  });
}

void executor::executed(const std::shared_ptr<job>& what) {
  if (what->done.problem.empty() && what->done.results.size() < what->whole.tasks.size())
    return execute(what);
  // After a minute nobody waits for an answer any more.
  const auto late = all_.trouble.stormy() && all_.chance.chance(20);
  auto command = decides_.executed(what->office, all_.time.now(),
                                   late ? std::nullopt : std::optional{what->done});
  if (command) {
    operation op;
    op.value = what->done.results.front().index;
    op.count = static_cast<std::uint8_t>(what->done.results.size());
    op.expected = executor_in(*command);
    op.words = *std::move(command);
    return log(operation_kind::report, std::move(op));
  }
  go_on();
}

/// One task of the job, or all that are left. The storage may be out of reach before it does one,
/// or before it has answered.
remote_report executor::execute_next(const job& what) {
  auto next = what.whole;
  const auto done = static_cast<std::ptrdiff_t>(what.done.results.size());
  next.tasks.erase(next.tasks.begin(), next.tasks.begin() + done);
  if (all_.chance.chance(500))
    next.tasks.resize(1);
  return execute_tasks(next, [&](const remote_write& write) -> remote_outcome {
    const auto& plan = all_.plan.outside;
    const auto fails = [&] {
      return all_.trouble.stormy() && all_.chance.chance(plan.unavailable_per_mille);
    };
    const remote_outcome unavailable{remote_status::unavailable, {}, "it is out of reach"};
    if (fails()) {
      all_.done.add(count::remote_unavailable);
      return unavailable;
    }
    const auto is_new = write.index > all_.storage.last();
    auto outcome = all_.storage.execute(write);
    all_.done.add(is_new ? count::remote_executed : count::remote_executed_before);
    if (!all_.members[who_].leads())
      all_.done.add(count::remote_executed_late);
    const auto touches = to_content(outcome.touches);
    const auto held = all_.storage.items();
    all_.rules.executed({who_, write.index, is_new, &touches, &held});
    if (!fails())
      return outcome;
    all_.done.add(count::remote_answers_lost);
    return unavailable;
  });
}

// -- the log --------------------------------------------------------------------------------------

void executor::begin_session() {
  number_ = all_.new_executor(who_);
  next_sequence_ = 1;
}

void executor::log(operation_kind kind, operation op) {
  const auto first = next_sequence_;
  op.client = number_;
  op.first_outstanding = first;
  op.collection = collection_kind::remote_map;
  op.number = all_.members[who_].remote_map().number;
  if (first == 1) {
    auto open = op;
    open.kind = operation_kind::open;
    open.sequence = next_sequence_++;
    open.place.first_outstanding = 1;
    open.words = {};
    batch_.push_back(std::move(open));
  }
  op.kind = kind;
  op.sequence = next_sequence_++;
  op.place.sequence = op.sequence - 1; // all but the opening count
  op.place.first_outstanding = op.place.sequence;
  batch_.push_back(std::move(op));
  wanted_ = kind;
  office_ = decides_.office();
  answer_.reset();
  acknowledged_before_ = all_.last_acknowledged;
  ask();
  // Sooner or later its time is over, and whether it happens is not known any more.
  const auto patience = all_.plan.clients.max_timeout * static_cast<int>(all_.chance.between(1, 8));
  later(patience, [this, batch = ++batches_] {
    if (batch != batches_ || batch_.empty())
      return;
    all_.done.add(count::remote_given_up);
    batch_.clear();
    begin_session();
    ended(std::nullopt);
  });
}

void executor::ask() {
  const request what{number_, ++attempt_, batch_};
  all_.story.note(all_.time.now(), {0xE8EC, number_, attempt_, who_},
                  [&] { return all_.name(who_) + " wants to log a " + to_string(wanted_); });
  later(duration{0}, [this, what] { all_.members[who_].ask(what); });
  const auto& plan = all_.plan.clients;
  later(all_.chance.between(plan.min_timeout, plan.max_timeout), [this, attempt = attempt_] {
    if (attempt != attempt_ || batch_.empty())
      return;
    all_.done.add(count::requests_retried);
    ask();
  });
}

void executor::answered(const operation& what, std::uint64_t attempt,
                        const operation_result& result) {
  const auto found = std::ranges::find(batch_, what.sequence, &operation::sequence);
  if (what.client != number_ || found == batch_.end())
    return;
  all_.story.note(all_.time.now(), {0xE8AC, number_, what.sequence, attempt, result.index}, [&] {
    return all_.name(who_) + " knows that its " + to_string(what.kind) + " is in the log at "
           + str(result.index);
  });
  all_.acknowledged({*found, result, acknowledged_before_});
  batch_.erase(found);
  if (what.kind == operation_kind::claim)
    answer_ = map_answer::encode(result.result);
  else if (what.kind == operation_kind::report)
    answer_ = map_answer::encode(result.result != 0);
  if (batch_.empty())
    ended(answer_);
}

void executor::ended(const std::optional<blob>& answer) {
  const auto now = all_.time.now();
  if (wanted_ == operation_kind::claim)
    decides_.claimed(office_, now, answer);
  else
    decides_.reported(office_, now, answer);
  later(duration{0}, [this] { go_on(); });
}

void executor::refused(const request& what) {
  if (what.client != number_ || what.attempt != attempt_ || batch_.empty())
    return;
  later(all_.chance.between(duration{0}, all_.plan.clients.min_timeout),
        [this, attempt = what.attempt] {
          if (attempt == attempt_ && !batch_.empty())
            ask();
        });
}

} // namespace hamok::sim
