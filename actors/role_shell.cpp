#include "hamok/actors/role_shell.hpp"

#include "hamok/actors/clock.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace hamok {

namespace {

/// A timer keeps its actor in memory, so none is armed for longer; an early tick does no harm.
constexpr raft::duration longest_timer = std::chrono::seconds{5};

} // namespace

role_shell::role_shell(self_ptr self, std::unique_ptr<role_context> context)
    : self_(self),
      context_(std::move(context)),
      node_(context_->node),
      role_(context_->core.role()),
      reported_(short_view()) {}

role_actor::behavior_type
role_shell::behavior(std::function<void(proposal_batch&)> on_batch,
                     std::function<void(const deadline_reached&)> on_tick) {
  if (!on_tick)
    on_tick = [this](const deadline_reached& msg) { on_deadline(msg); };
  return {
      [this](peer_message& msg) { on_peer_message(msg); },
      [on_batch = std::move(on_batch)](proposal_batch& batch) { on_batch(batch); },
      [this](link_opened, const raft::member_id& member, link_actor& link) {
        on_link_opened(member, std::move(link));
      },
      [this](link_closed, const raft::member_id& member) { on_link_closed(member); },
      [this](const applied_up_to& msg) { on_applied(msg); },
      [this](const transfer_request& msg) { on_transfer(msg); },
      [this](change_task& msg) { on_change(msg); },
      [this](snapshot_taken& msg) { on_snapshot_taken(msg); },
      [this](const snapshot_installed& msg) { on_snapshot_installed(msg); },
      [this](compact_log, raft::index_t up_to) { return on_compact(up_to); },
      [this](export_content, node_snapshot& head) { return on_export(head); },
      [this](const write_done& msg) { on_write_done(msg); },
      [on_tick = std::move(on_tick)](const deadline_reached& msg) { on_tick(msg); },
      [this](get_view) { return view(); },
      [](retire) {
        // Only a role that has handed over is asked to; it has another behavior by then.
      },
  };
}

void role_shell::on_peer_message(peer_message& msg) {
  // Whoever it came from and whenever, what was committed stays so.
  if (const auto* append = std::get_if<raft::append_request>(&msg.message.body);
      append != nullptr && context_)
    context_->told_commit = std::max(context_->told_commit, append->leader_commit);
  step(raft::receive{std::move(msg.from), std::move(msg.message)});
}

void role_shell::on_link_opened(const raft::member_id& member, link_actor link) {
  context_->links.insert_or_assign(member, std::move(link));
  step(raft::link_up{member});
}

void role_shell::on_link_closed(const raft::member_id& member) {
  context_->links.erase(member);
  step(raft::link_down{member});
}

void role_shell::on_applied(const applied_up_to& msg) {
  step(raft::applied{msg.index});
}

void role_shell::on_transfer(const transfer_request& msg) {
  raft::transfer_leadership wish;
  if (!msg.to.empty() && context_) {
    for (const auto& voter : context_->core.members().voters)
      if (voter.peer == msg.to)
        wish.to = voter;
    if (!wish.to) {
      compat::send(self_, node_, transfer_ended{raft::transfer_result::no_successor});
      return;
    }
  }
  step(std::move(wish));
}

void role_shell::on_change(change_task& msg) {
  changing_ = std::move(msg);
  step(raft::change_members{changing_->order.what});
  changing_.reset();
}

void role_shell::on_write_done(const write_done& msg) {
  if (msg.ok)
    step(raft::persisted{msg.sequence});
  else
    fail();
}

void role_shell::on_deadline(const deadline_reached& msg) {
  if (msg.generation == generation_)
    armed_.reset();
  step(raft::tick{});
}

role_view role_shell::view() const {
  auto result = short_view();
  result.members = context_->core.members();
  result.members.retired.clear(); // a long list, and only the algorithm wants it
  return result;
}

role_view role_shell::short_view() const {
  const auto& core = context_->core;
  return {core.role(),
          core.term(),
          core.leader(),
          core.commit_index(),
          core.log().last_index(),
          core.durable_index(),
          {},
          std::max(core.commit_index(), context_->told_commit)};
}

void role_shell::refuse(const proposal_batch& batch) {
  refuse(batch, context_ && context_->core.leader() ? errc::not_leader : errc::no_leader);
}

void role_shell::refuse(const proposal_batch& batch, errc reason) {
  compat::send(self_, node_, proposal_refused{batch.via, batch.origin, batch.token, reason});
}

namespace {

/// What the proposer is told. Each refusal has a code of its own here.
std::optional<errc> code_of(raft::refusal reason) {
  switch (reason) {
  case raft::refusal::overloaded:
    return errc::overloaded;
  case raft::refusal::too_large:
    return errc::too_large;
  case raft::refusal::transferring: // soon there is another leader, and it is not known yet
    return errc::no_leader;
  case raft::refusal::not_a_command:
    return errc::not_supported;
  case raft::refusal::not_leader:
    break;
  }
  return std::nullopt; // it depends on whether a leader is known
}

} // namespace

void role_shell::propose(std::vector<proposal_batch> batches) {
  if (failed_) {
    for (const auto& batch : batches)
      refuse(batch, errc::storage_failed);
    return;
  }
  if (!context_) { // an earlier part of the same message has changed the role
    for (auto& batch : batches)
      compat::send(self_, successor_, std::move(batch));
    return;
  }
  raft::propose all;
  for (auto& batch : batches)
    for (auto& command : batch.commands)
      all.proposals.push_back({raft::entry_kind::command, std::move(command)});
  if (all.proposals.empty())
    return;
  const auto outcome = step(std::move(all));
  if (!outcome || !outcome->refused)
    return;
  const auto reason = code_of(*outcome->refused);
  for (const auto& batch : batches) {
    if (reason)
      refuse(batch, *reason);
    else
      refuse(batch);
  }
}

std::optional<raft::proposal_outcome> role_shell::step(raft::event_body what) {
  if (failed_ || !context_)
    return {};
  auto out = context_->core.step({boot_time(), std::move(what)});
  auto outcome = std::move(out.proposal);
  for (;;) {
    if (out.persist)
      persist(*out.persist);
    if (failed_)
      return outcome;
    send(out.send);
    send_chunks(out.chunks);
    apply(out.committed);
    care_for_snapshots(out);
    if (out.heartbeat)
      compat::send(self_, node_, event::heartbeat{});
    if (out.change && changing_)
      compat::send(self_, node_,
                   change_result{changing_->asker,
                                 {changing_->order.order, changing_->order.attempt, *out.change}});
    if (out.members_changed)
      context_->members_told = false;
    if (out.transfer)
      compat::send(self_, node_, transfer_ended{*out.transfer});
    if (context_->core.role() != role_) {
      hand_over();
      return outcome;
    }
    if (durable_.empty())
      break;
    const auto sequence = durable_.front();
    durable_.pop_front();
    out = context_->core.step({boot_time(), raft::persisted{sequence}});
  }
  report();
  arm();
  return outcome;
}

void role_shell::persist(const raft::persist_request& request) {
  const auto status =
      context_->storage->write(request, [relay = context_->relay](std::uint64_t sequence, bool ok) {
        relay->done(sequence, ok);
      });
  if (status == raft::write_status::durable)
    durable_.push_back(request.sequence);
  else if (status == raft::write_status::failed)
    fail();
}

void role_shell::fail() {
  // Nothing may be promised any more: neither votes nor entries.
  failed_ = true;
  compat::send(self_, node_, event::error{errc::storage_failed, explain(errc::storage_failed)});
}

void role_shell::send(std::vector<raft::outbound>& messages) {
  for (auto& out : messages)
    send(out.to, out.message);
}

void role_shell::send(const raft::member_id& to, raft::message& message) {
  const auto link = context_->links.find(to);
  if (link == context_->links.end())
    return;
  if (context_->watch_messages->load(std::memory_order_relaxed))
    compat::send(self_, node_, event::message{event::direction::out, to.peer, message});
  compat::send(self_, link->second, std::move(message));
}

void role_shell::apply(raft::committed_entries& committed) {
  if (!committed.entries.empty())
    compat::send(self_, context_->applier,
                 committed_batch{committed.first_index, std::move(committed.entries)});
  // Behind the sending: to say too much would lose entries.
  context_->given->store(context_->core.delivered_index());
}

void role_shell::arm() {
  const auto now = boot_time();
  const auto deadline = std::min(context_->core.deadline(), now + longest_timer);
  if (armed_ && *armed_ <= deadline)
    return;
  armed_ = deadline;
  const auto generation = ++generation_;
  compat::run_after(self_, std::max(deadline - now, raft::duration::zero()), [this, generation] {
    if (context_)
      on_deadline({generation});
  });
}

void role_shell::tell_members() {
  const auto& core = context_->core;
  context_->members_told = true;
  compat::send(self_, node_,
               members_seen{core.members(), core.members_index(), core.committed_members(),
                            core.committed_members_index(), core.standing(), core.leader()});
}

void role_shell::report() {
  const auto tells_members = !context_->members_told || context_->core.leader() != reported_.leader;
  const auto now = short_view();
  if (now.term != reported_.term || now.leader != reported_.leader
      || now.commit_index != reported_.commit_index || now.known_commit != reported_.known_commit) {
    reported_ = now;
    compat::send(self_, node_, now);
  }
  if (tells_members) // behind the leader, without whom nobody has joined
    tell_members();
}

void role_shell::hand_over() {
  auto news = short_view();
  if (news.leader != reported_.leader) // the successor tells it, behind its own arrival
    context_->members_told = false;
  successor_ = spawn_role(self_->system(), std::move(context_));
  // The successor does nothing before its first message, so the node hears of it before it hears
  // from it.
  compat::send(self_, node_, role_changed_v, successor_, std::move(news));
  compat::send(self_, successor_, deadline_reached{});
  for (; !durable_.empty(); durable_.pop_front())
    compat::send(self_, successor_, write_done{durable_.front(), true});
  if (unproposed_) {
    for (auto& batch : *unproposed_)
      compat::send(self_, successor_, std::move(batch));
    unproposed_->clear();
  }
  compat::become(self_, forwarding().unbox());
}

role_actor::behavior_type role_shell::forwarding() {
  auto pass_on = [this](auto& msg) { compat::send(self_, successor_, std::move(msg)); };
  return {
      [pass_on](peer_message& msg) { pass_on(msg); },
      [pass_on](proposal_batch& msg) { pass_on(msg); },
      [this](link_opened, const raft::member_id& member, const link_actor& link) {
        compat::send(self_, successor_, link_opened_v, member, link);
      },
      [this](link_closed, const raft::member_id& member) {
        compat::send(self_, successor_, link_closed_v, member);
      },
      [pass_on](applied_up_to& msg) { pass_on(msg); },
      [pass_on](transfer_request& msg) { pass_on(msg); },
      [pass_on](change_task& msg) { pass_on(msg); },
      [pass_on](snapshot_taken& msg) { pass_on(msg); },
      [pass_on](snapshot_installed& msg) { pass_on(msg); },
      [this](compact_log, raft::index_t up_to) -> caf::result<raft::index_t> {
        return compat::delegate(self_, successor_, compact_log_v, up_to);
      },
      [this](export_content, node_snapshot& head) -> caf::result<node_snapshot> {
        return compat::delegate(self_, successor_, export_content_v, std::move(head));
      },
      [pass_on](write_done& msg) { pass_on(msg); },
      [](deadline_reached) {},
      [this](get_view) -> caf::result<role_view> {
        return compat::delegate(self_, successor_, get_view_v);
      },
      [this](retire) { self_->quit(); },
  };
}

} // namespace hamok
