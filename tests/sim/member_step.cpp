// A step of a member's core, and its output carried out effect by effect.

#include "hamok/raft/checksum.hpp"
#include "hamok/tests/sim/member.hpp"
#include "hamok/tests/sim/step_text.hpp"
#include "hamok/tests/sim/world.hpp"

#include <algorithm>
#include <utility>

namespace hamok::sim {

namespace {

/// Entries at the end of a log that are compared after every step.
constexpr raft::index_t tail = 8;

step_view describe(const roster& lives, std::size_t who, const raft::event_body& what) {
  step_view step;
  step.who = who;
  step.event = static_cast<event_kind>(what.index());
  if (const auto* received = std::get_if<raft::receive>(&what)) {
    const auto& body = received->message.body;
    step.from = lives.number_of(received->from);
    if (const auto* request = std::get_if<raft::vote_request>(&body))
      step.vote_request = *request;
    step.append_received = std::holds_alternative<raft::append_request>(body)
                           || std::holds_alternative<raft::install_request>(body);
    if (const auto* request = std::get_if<raft::install_request>(&body))
      step.chunk_is_right = raft::checksum_of(request->data.bytes()) == request->checksum;
    if (const auto* answer = std::get_if<raft::install_response>(&body))
      step.install_answer = *answer;
    if (const auto* answer = std::get_if<raft::append_response>(&body))
      step.append_answer = *answer;
    step.timeout_now = std::holds_alternative<raft::timeout_now>(body);
    step.message_term = raft::sender_term(received->message);
  } else if (const auto* up = std::get_if<raft::link_up>(&what)) {
    step.from = lives.number_of(up->peer);
  } else if (const auto* down = std::get_if<raft::link_down>(&what)) {
    step.from = lives.number_of(down->peer);
  } else if (const auto* done = std::get_if<raft::installed>(&what)) {
    step.installed_index = done->ok ? done->index : 0;
  }
  return step;
}

} // namespace

bool member::feed(raft::event_body what, bool must_be_rejected) {
  auto step = describe(all_.lives, who_, what);
  step.must_be_rejected = must_be_rejected;
  step.local_now = clock_.read(all_.time.now());
  step.before = view().now;
  if (must_be_rejected) {
    step.hard_before = core_->hard();
    step.progress_before = core_->progress();
  }
  all_.rules.view().now = all_.time.now();
  all_.story.note(all_.time.now(), {0xFEED, who_, static_cast<std::uint64_t>(step.event)},
                  [&] { return all_.name(who_) + "  " + to_string(what); });
  if (const auto* applied = std::get_if<raft::applied>(&what))
    view().told_applied = applied->index;
  auto out = core_->step({step.local_now, std::move(what)});
  step.out = &out;
  observe(step);
  return carry_out(std::move(out));
}

// Takes note of what the step has changed and has it checked, before any of it reaches the world.
// The log is not read anew: its end is compared with what was written at every step, and all of it
// now and then.
void member::observe(step_view& step) {
  const auto& out = *step.out;
  auto& seen = view();
  seen.now = look(all_.lives, *core_);
  step.after = &seen.now;
  if (out.persist) {
    if (out.persist->truncate_from) {
      step.log_changed_from = *out.persist->truncate_from;
      const auto held = seen.log.configurations().size();
      seen.log.truncate_from(*out.persist->truncate_from);
      all_.done.add(count::configurations_reverted, held - seen.log.configurations().size());
    }
    if (!out.persist->entries.empty() && step.log_changed_from == 0)
      step.log_changed_from = out.persist->first_index;
    for (const auto& entry : out.persist->entries)
      seen.log.append(entry);
    if (out.persist->replaces)
      step.log_changed_from = replace_shadow(out.persist->base->index);
    else if (out.persist->base)
      all_.done.add(count::trims);
  }
  step.log_differs_from =
      first_difference(core_->log(), seen.log, ++steps_ % 256 == 0 ? seen.log.last_index() : tail);
  all_.story.note(all_.time.now(),
                  {static_cast<std::uint64_t>(seen.now.role), seen.now.term, seen.now.commit_index,
                   seen.log.chain_at(seen.now.last_index), out.send.size(),
                   static_cast<std::uint64_t>(seen.now.deadline.count())},
                  [&] {
                    return all_.name(who_) + "    =>" + describe_change(step.before, seen.now, out)
                           + (out.members_changed ? describe_members(all_.lives, core_->members())
                                                  : "");
                  });
  const auto& past = all_.rules.view().past;
  const auto committed = past.members_index_at(past.last_index());
  all_.rules.stepped(step);
  if (past.members_index_at(past.last_index()) != committed)
    all_.done.add(count::configurations_committed);
  tally_.stepped(all_.done, all_.rules.view(), step);
  if (step.before.role != seen.now.role || step.before.term != seen.now.term)
    all_.net.repeat_old(who_);
  if (leads())
    observe_leader(step);
}

void member::observe_leader(const step_view& step) {
  if (step.log_changed_from > 0)
    all_.net.repeat_untrue(who_);
  const auto& log = view().log;
  if (step.log_changed_from > 0
      && log.configuration_at(log.last_index()).index >= step.log_changed_from)
    all_.trouble.leader_changes_members(who_);
  if (step.before.role != raft::role::leader) {
    if (all_.last_leader != who_)
      all_.done.add(count::leader_changes);
    all_.last_leader = who_;
    commits_ = 0;
    all_.trouble.leader_elected(who_);
  } else if (step.before.commit_index != view().now.commit_index && ++commits_ <= 2) {
    all_.trouble.leader_commits(who_);
  }
}

void member::rebuild_shadow() {
  auto& log = view().log;
  log = all_.rules.view().past.up_to(core_->log().base().index);
  for (auto index = core_->log().first_index(); index <= core_->log().last_index(); ++index)
    log.append(core_->log().at(index));
}

// The shadow of a log is never cut short: what an installed snapshot stands for are the entries
// that all agree on. Gives the first index where that is another log than before.
raft::index_t member::replace_shadow(raft::index_t index) {
  auto next = all_.rules.view().past.up_to(index);
  auto& log = view().log;
  auto same = std::min(log.last_index(), next.last_index());
  while (same > 0 && !log.agrees(next, same))
    --same;
  log = std::move(next);
  return same + 1;
}

// persist -> send -> apply -> answer -> next deadline -> role change: the documented order.
bool member::carry_out(raft::output out) {
  outcome_ = out.proposal;
  change_ = out.change;
  if (out.persist && !persist(*out.persist))
    return false;
  all_.rules.written(who_);
  if (!send_all(out.send) || !send_chunks(out.chunks))
    return false;
  if (!out.committed.entries.empty() && !deliver(std::move(out.committed)))
    return false;
  handle_snapshots(out);
  // A role actor hands its core to the next by moving it.
  if (out.role) {
    core_ = std::make_unique<raft::core>(std::move(*core_));
    view().core = core_.get();
  }
  arm_timer();
  if (out.role || out.leader_changed)
    companion_.office_changed();
  if (out.members_changed || out.leader_changed)
    home().core_changed();
  return true;
}

bool member::persist(const raft::persist_request& request) {
  if (dies_at(crash_point::before_write))
    return false;
  disk_.write(request);
  return !dies_at(crash_point::after_write);
}

bool member::send_all(const std::vector<raft::outbound>& messages) {
  const auto before_crash = dies_ == crash_point::between_sends && messages.size() > 1
                                ? all_.chance.between(1, messages.size() - 1)
                                : messages.size();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (i == before_crash && dies_at(crash_point::between_sends))
      return false;
    const auto to = all_.lives.number_of(messages[i].to);
    if (to == nobody || to == who_)
      throw violation{"outputs tell what has changed",
                      "member " + all_.name(who_) + " sends to nobody of the group"};
    all_.rules.sending({who_, to, &messages[i].message});
    all_.net.send(who_, to, messages[i].message);
  }
  return true;
}

// -- applying -----------------------------------------------------------------------------------

bool member::deliver(raft::committed_entries committed) {
  for (std::size_t i = 0; i < committed.entries.size(); ++i)
    to_apply_.emplace_back(committed.first_index + i, std::move(committed.entries[i]));
  if (dies_at(crash_point::before_apply))
    return false;
  if (std::exchange(apply_planned_, true))
    return true;
  all_.time.after(all_.chance.between(duration{0}, all_.plan.apply_delay), [this, life = life_] {
    if (life == life_)
      when_awake([this] { apply_waiting(); });
  });
  return true;
}

void member::apply_waiting() {
  apply_planned_ = false;
  raft::index_t last = 0;
  for (; !to_apply_.empty(); to_apply_.pop_front()) {
    last = to_apply_.front().first;
    apply_one(last, to_apply_.front().second);
    if (cut_wish_ && view().applied_index >= *cut_wish_)
      take_cut();
  }
  if (dies_at(crash_point::before_answer))
    return;
  answer_all();
  if (feed(raft::applied{last}))
    companion_.go_on();
}

// After the death of the role alone the core hands out again what the state machine has: it is
// compared and not applied.
void member::apply_one(raft::index_t index, const raft::entry& value) {
  auto& seen = view();
  apply_view apply;
  apply.who = who_;
  apply.index = index;
  apply.repeated = index <= seen.applied_index;
  apply.machine = machine_.get();
  apply.chain = chain(given_.chain_at(index - 1), value);
  if (!apply.repeated) {
    given_.append(value);
    apply.result = machine_->apply(index, value);
    apply.digest = machine_->digest();
    seen.applied_index = index;
  }
  all_.rules.applied(apply);
  if (apply.repeated)
    return;
  const auto& what = all_.rules.view().past.at(index).what;
  if (!what || apply.result.index == 0)
    return;
  if (!apply.result.fresh)
    all_.done.add(count::operations_deduplicated);
  to_answer_.emplace_back(*what, apply.result);
}

void member::answer_all() {
  for (const auto& [what, result] : to_answer_)
    answer(what, result);
  to_answer_.clear();
}

void member::answer(const operation& what, const operation_result& result) {
  auto& asked = waiting_[what.client];
  const auto found = std::find_if(asked.begin(), asked.end(), [&](const waiting& each) {
    return each.sequence == what.sequence;
  });
  if (found == asked.end())
    return;
  const auto attempt = found->attempt;
  asked.erase(found);
  if (all_.trouble.stormy() && all_.chance.chance(all_.plan.clients.answer_loss_per_mille)) {
    all_.done.add(count::answers_lost);
    return;
  }
  all_.time.after(all_.net.delay(),
                  [this, what, attempt, result] { all_.answered(what, attempt, result); });
}

} // namespace hamok::sim
