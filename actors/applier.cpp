#include "hamok/actors/applier.hpp"

#include "hamok/actors/status_collector.hpp"
#include "hamok/collections/operation_state.hpp"
#include "hamok/collections/restore_state.hpp"
#include "hamok/io/error_code.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

caf::result<collection_actor> to_result(caf::expected<collection_actor> value) {
  if (!value)
    return std::move(value.error());
  return std::move(*value);
}

/// Collections of a member, those that are not in the log yet included.
constexpr std::size_t max_collections = 65536;

caf::error died(const std::string& name, const caf::error& reason) {
  return {errc::stopped, caf::make_message("the actor of the collection '" + name
                                           + "' has died on this member (" + text_of(reason)
                                           + "); restart the process of the member to "
                                             "have its state back, or ask another member")};
}

} // namespace

applier_state::applier_state(self_ptr self, applier_config config)
    : self_(self),
      config_(std::move(config)),
      checks_(config_.check_divergence_every) {}

applier_state::~applier_state() {
  for (const auto& [origin, one] : by_origin_) // they obey nobody else
    self_->send_exit(one->actor, caf::exit_reason::user_shutdown);
}

applier_actor::behavior_type applier_state::make_behavior() {
  return {
      [this](const committed_batch& committed) { on_committed(committed); },
      [this](const collection_applied& msg) { on_applied(msg); },
      [this](open_collection, collection_spec& spec) { return to_result(open(std::move(spec))); },
      [this](find_collection, const std::string& name) { return to_result(find(name)); },
      [this](const leader_notice& notice) { on_notice(notice); },
      [this](const proposal_refused& msg) { on_refused(msg); },
      [this](drain, caf::timespan limit) { drain_all(limit); },
      [this](cut_request& request) { on_cut(request); },
      [this](install_snapshot& msg) { on_install(msg); },
      [this](const part_taken& msg) { on_part(msg); },
      [this](direct_message& msg, const raft::member_id& from) { on_direct(msg, from); },
      [this](const direct_reply& msg, const raft::member_id& from) { on_direct_reply(msg, from); },
      [this](const peers_notice& peers) { on_peers(peers); },
      [this](snapshot_taken& msg) { on_taken(msg); },
      [this](snapshot_loaded& msg) { on_loaded(msg); },
      [this](export_content, node_snapshot& head) { return on_export(head); },
      [this](snapshot_exported& msg) { on_exported(msg); },
      [this](submit_command, const std::string& name, execute& command) {
        return submit(name, command);
      },
      [this](get_status) { return statuses(); },
  };
}

void applier_state::on_committed(const committed_batch& committed) {
  auto index = committed.first_index;
  for (const auto& entry : committed.entries)
    take(index++, entry);
  send_parts(index - 1);
  taken_index_ = std::max(taken_index_, index - 1);
  advance();
}

void applier_state::take(raft::index_t index, const raft::entry& entry) {
  if (entry.kind != raft::entry_kind::command)
    return;
  const auto kind = envelope_kind(entry.data);
  if (kind == envelope_type::check)
    return on_check(index, entry);
  if (kind == envelope_type::claim)
    return on_claim(entry.data);
  if (const auto target = envelope_target(entry.data)) {
    const auto found = by_number_.find(*target);
    if (found != by_number_.end())
      pass(found->second, {index, entry.cluster_time, entry.data});
  } else if (auto spec = decode_create(entry.data)) {
    on_created(index, entry.cluster_time, std::move(*spec));
  }
  if (checks_.count())
    propose_check();
}

void applier_state::pass(const collection_ptr& receiver, apply_item item) {
  if (item.index <= receiver->sent_index)
    return;
  receiver->sent_index = item.index;
  if (receiver->next.items.empty())
    touched_.push_back(receiver);
  receiver->next.items.push_back(std::move(item));
}

void applier_state::send_parts(raft::index_t last_index) {
  const auto number = first_batch_ + batches_.size();
  batches_.push_back({last_index, touched_.size()});
  for (auto& receiver : std::exchange(touched_, {})) {
    receiver->unconfirmed.push_back({receiver->next.items.back().index, number});
    compat::send(self_, receiver->actor, std::exchange(receiver->next, {}));
  }
}

void applier_state::on_applied(const collection_applied& msg) {
  const auto found = by_number_.find(msg.collection);
  if (found == by_number_.end())
    return;
  if (!msg.digest.empty()) {
    checks_.found(msg.index, {msg.collection, msg.digest});
    return after_check();
  }
  auto& parts = found->second->unconfirmed;
  while (!parts.empty() && parts.front().index <= msg.index) {
    --batches_[parts.front().batch - first_batch_].unconfirmed;
    parts.pop_front();
  }
  advance();
}

/// True when the node was told of it.
bool applier_state::advance() {
  if (batches_.empty() || batches_.front().unconfirmed != 0)
    return false;
  while (!batches_.empty() && batches_.front().unconfirmed == 0) {
    // After a role actor has died, entries come again from the start of the log.
    applied_index_ = std::max(applied_index_, batches_.front().last_index);
    if (batches_.front().installed)
      finish(*batches_.front().installed);
    batches_.pop_front();
    ++first_batch_;
  }
  tell_applied();
  return true;
}

void applier_state::tell_applied() {
  compat::send(self_, config_.node, applied_up_to{applied_index_, last_lost()});
}

/// The last collection whose actor has died, by its number; 0: none.
std::uint64_t applier_state::last_lost() {
  if (!lost_any_)
    return 0;
  std::uint64_t result = 0;
  for (const auto& [name, one] : by_name_)
    if (one->gone == errc::stopped)
      result = std::max(result, one->number);
  lost_any_ = result != 0;
  return result;
}

void applier_state::on_created(raft::index_t index, raft::duration cluster_time,
                               collection_spec spec) {
  const auto found = by_name_.find(spec.name);
  if (found != by_name_.end()) {
    const auto& known = *found->second;
    const auto comes_again = known.number == index && known.gone; // the log, from its start
    if (known.number != 0 && !comes_again)
      return; // the first creation of an id stands
  }
  if (spec.kind == restore_kind) // nobody needs the list any more when it is done
    restore(index, cluster_time, std::exchange(spec.initial, {}));
  if (const auto created = attach(index, spec))
    compat::send(self_, created->actor, collection_created{index, std::move(spec), errc::none});
}

/// The collection that has this number from now on, or null: it cannot be held here.
applier_state::collection_ptr applier_state::attach(std::uint64_t number,
                                                    const collection_spec& spec) {
  auto result = pending_of(number, spec);
  if (!result)
    result = make_created(number, spec);
  if (!result)
    return nullptr;
  result->number = number;
  result->sent_index = number;
  result->spec = spec;
  by_number_.insert_or_assign(number, result);
  return result;
}

/// The collection of this name that was opened here and is not in the log yet, or null. One of
/// another kind has to give way.
applier_state::collection_ptr applier_state::pending_of(std::uint64_t number,
                                                        const collection_spec& spec) {
  const auto found = by_name_.find(spec.name);
  if (found == by_name_.end() || found->second->number != 0)
    return nullptr;
  auto known = found->second;
  if (known->spec.kind == spec.kind)
    return known;
  compat::send(self_, known->actor, collection_created{number, spec, errc::kind_mismatch});
  by_name_.erase(found);
  return nullptr;
}

/// Makes the actor of a collection that is in the log, or null.
applier_state::collection_ptr applier_state::make_created(std::uint64_t number,
                                                          const collection_spec& spec) {
  auto made = bring_to_life(spec, false);
  if (made)
    return std::move(*made);
  auto missing = std::make_shared<collection>();
  missing->spec = spec;
  missing->number = number;
  missing->gone = std::move(made.error());
  by_name_.insert_or_assign(spec.name, std::move(missing));
  compat::send(self_, config_.node,
               event::error{errc::unknown_kind,
                            "the collection '" + spec.name + "' of kind '" + spec.kind
                                + "' cannot be held here: " + explain(errc::unknown_kind)});
  return nullptr;
}

caf::expected<collection_actor> applier_state::open(collection_spec spec) {
  if (auto problem = check_spec(spec))
    return problem;
  const auto found = by_name_.find(spec.name);
  if (found == by_name_.end()) {
    if (by_origin_.size() >= max_collections)
      return make_error(errc::overloaded,
                        "the member has " + std::to_string(max_collections) + " collections");
    auto made = bring_to_life(std::move(spec), true);
    if (!made)
      return std::move(made.error());
    return (*made)->actor;
  }
  const auto& known = *found->second;
  if (known.spec.kind != spec.kind)
    return make_error(errc::kind_mismatch,
                      "'" + spec.name + "' is a " + known.spec.kind + ", not a " + spec.kind);
  if (known.gone)
    return known.gone;
  collection_created again{known.number, known.spec, errc::none}; // it may have been closed since
  again.spec.limits = spec.limits;
  compat::send(self_, known.actor, std::move(again));
  return known.actor;
}

caf::expected<collection_actor> applier_state::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end())
    return make_error(errc::unknown_collection, "'" + name + "'");
  if (found->second->gone)
    return found->second->gone;
  return found->second->actor;
}

caf::expected<applier_state::collection_ptr> applier_state::bring_to_life(collection_spec spec,
                                                                          bool create) {
  collection_context context;
  context.node = config_.node;
  context.applier = compat::handle_of<applier_actor>(self_);
  context.calls = config_.access.calls;
  context.content = config_.access.content->open(spec.name);
  context.states = config_.access.states;
  context.storages = config_.access.storages;
  context.origin = ++last_origin_;
  context.create = create;
  context.options = config_.options.with(spec.limits);
  auto actor = config_.spawn_collection(std::move(context), spec);
  if (!actor)
    return std::move(actor.error());
  auto made = std::make_shared<collection>();
  made->spec = std::move(spec);
  made->actor = std::move(*actor);
  made->origin = last_origin_;
  made->talks = talks_to_others(made->spec.kind);
  by_name_.insert_or_assign(made->spec.name, made);
  by_origin_.emplace(made->origin, made);
  monitors_.watch(self_, made->actor, [this, origin = made->origin](const caf::error& reason) {
    on_down(origin, reason);
  });
  if (notice_)
    compat::send(self_, made->actor, *notice_);
  if (peers_ && made->talks)
    compat::send(self_, made->actor, *peers_);
  return made;
}

void applier_state::on_down(std::uint64_t origin, const caf::error& reason) {
  const auto found = by_origin_.find(origin);
  if (found == by_origin_.end())
    return;
  const auto gone = found->second;
  by_origin_.erase(found);
  const auto name = by_name_.find(gone->spec.name);
  if (gone->number == 0 && name != by_name_.end() && name->second == gone)
    by_name_.erase(name);
  forget_unconfirmed(*gone);
  if (gone->number != 0) {
    by_number_.erase(gone->number);
    checks_.lost(gone->number);
    gone->gone = died(gone->spec.name, reason);
    gone->actor = nullptr;
    lost_any_ = true;
    compat::send(self_, config_.node, event::error{errc::actor_died, text_of(gone->gone)});
    if (cut_ && !cut_->writer) // its part may be missing
      fail_cut();
    fail_exports_without(gone->spec.name);
  }
  if (!advance() && gone->number != 0)
    tell_applied();
}

void applier_state::forget_unconfirmed(collection& gone) {
  for (const auto& part : gone.unconfirmed)
    --batches_[part.batch - first_batch_].unconfirmed;
  gone.unconfirmed.clear();
}

void applier_state::on_notice(const leader_notice& notice) {
  notice_ = notice;
  for (const auto& [origin, one] : by_origin_)
    compat::send(self_, one->actor, notice);
}

void applier_state::on_refused(const proposal_refused& msg) {
  const auto found = by_origin_.find(msg.origin);
  if (found != by_origin_.end())
    compat::send(self_, found->second->actor, msg);
}

void applier_state::on_direct(direct_message& msg, const raft::member_id& from) {
  const auto found = by_number_.find(msg.collection);
  if (found != by_number_.end() && found->second->talks)
    compat::send(self_, found->second->actor, std::move(msg), from);
  else
    compat::send(self_, config_.node, from,
                 direct_reply{msg.origin, msg.request, errc::unknown_collection});
}

void applier_state::on_direct_reply(const direct_reply& reply, const raft::member_id& from) {
  const auto found = by_origin_.find(reply.origin);
  if (found != by_origin_.end() && found->second->talks)
    compat::send(self_, found->second->actor, reply, from);
}

void applier_state::on_peers(const peers_notice& peers) {
  peers_ = peers;
  for (const auto& [origin, one] : by_origin_)
    if (one->talks)
      compat::send(self_, one->actor, peers);
}

void applier_state::drain_all(caf::timespan limit) {
  std::vector<collection_actor> collections;
  for (const auto& [origin, one] : by_origin_)
    collections.push_back(one->actor);
  spawn_drain_watcher(self_->system(), std::move(collections), limit, config_.node);
}

caf::result<blob> applier_state::submit(const std::string& name, execute& command) {
  auto whom = find(name);
  if (!whom)
    return std::move(whom.error());
  return compat::delegate(self_, *whom, std::move(command));
}

caf::result<std::vector<collection_status>> applier_state::statuses() {
  std::vector<collection_actor> collections;
  for (const auto& [name, one] : by_name_)
    if (!one->gone)
      collections.push_back(one->actor);
  return compat::delegate(self_, spawn_status_collector(self_->system(), std::move(collections)),
                          get_status_v);
}

} // namespace hamok
