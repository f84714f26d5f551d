// The applier's part in snapshots: cuts of all collections at one index, and installs.

#include "hamok/actors/applier.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

/// So many cuts fail in a row before somebody is told; each is asked for again.
constexpr unsigned failures_to_tell = 3;

std::vector<std::uint64_t> slots_of(const std::vector<taken_part>& parts) {
  std::vector<std::uint64_t> result;
  for (const auto& part : parts)
    result.push_back(part.slot);
  return result;
}

std::vector<std::uint64_t> slots_of(const std::vector<loaded_part>& parts) {
  std::vector<std::uint64_t> result;
  for (const auto& part : parts)
    result.push_back(part.slot);
  return result;
}

} // namespace

/// A collection that is in the log has no actor here.
bool applier_state::lacks_any() const {
  return std::any_of(by_name_.begin(), by_name_.end(), [](const auto& item) {
    return item.second->number != 0 && item.second->gone;
  });
}

/// States that may be large are destroyed elsewhere.
void applier_state::sweep(std::vector<std::uint64_t> slots) {
  spawn_slot_sweeper(self_->system(), config_.access.states, std::move(slots));
}

// -- cuts -----------------------------------------------------------------------------------------

/// The request is behind the batch that ends at its index, and each collection gets its part of the
/// request behind its part of that batch: so all parts are of that index (consensus.md, 11).
void applier_state::on_cut(cut_request& request) {
  drop_cut(); // who has asked for it is gone: a role waits for the answer before it asks again
  // After a role actor has died, the log comes again, and the collections are ahead of it. That
  // passes; a collection that is missing here would be missing wherever the snapshot is installed.
  const auto elsewhere = request.meta.index != taken_index_;
  if (elsewhere || lacks_any()) {
    compat::send(self_, config_.node, snapshot_taken{request.meta.index});
    if (!elsewhere)
      count_cut(false);
    return;
  }
  cut_.emplace();
  cut_->number = ++last_cut_;
  cut_->meta = std::move(request.meta);
  cut_->missing = by_number_.size();
  for (const auto& [number, one] : by_number_)
    compat::send(self_, one->actor, take_part{last_cut_});
  if (cut_->missing == 0)
    return write_cut();
  compat::run_after(self_, config_.cut_patience, [this, number = last_cut_] {
    if (cut_ && cut_->number == number && !cut_->writer)
      fail_cut();
  });
}

void applier_state::on_part(const part_taken& msg) {
  const auto found = by_number_.find(msg.collection);
  if (found != by_number_.end() && take_exported(msg, *found->second))
    return;
  if (!cut_ || cut_->number != msg.cut || cut_->writer || found == by_number_.end())
    return sweep({msg.slot});
  cut_->parts.push_back({label_of(*found->second), msg.slot});
  if (--cut_->missing == 0)
    write_cut();
}

void applier_state::write_cut() {
  const auto writer =
      spawn_snapshot_writer(self_->system(), compat::handle_of<applier_actor>(self_),
                            config_.access.states, cut_->meta, std::exchange(cut_->parts, {}));
  cut_->writer = writer.address();
  monitors_.watch(self_, writer, [this, number = cut_->number](const caf::error&) {
    compat::run_after(self_, last_words, [this, number] {
      if (cut_ && cut_->number == number)
        fail_cut();
    });
  });
}

void applier_state::on_taken(snapshot_taken& msg) {
  const auto sender = caf::actor_cast<caf::actor_addr>(self_->current_sender());
  if (!cut_ || cut_->writer != sender)
    return;
  cut_.reset();
  count_cut(msg.ok);
  compat::send(self_, config_.node, std::move(msg));
}

/// Nobody waits for its parts any more.
void applier_state::drop_cut() {
  if (!cut_)
    return;
  sweep(slots_of(cut_->parts));
  cut_.reset();
}

void applier_state::fail_cut() {
  compat::send(self_, config_.node, snapshot_taken{cut_->meta.index});
  drop_cut();
  count_cut(false);
}

void applier_state::count_cut(bool ok) {
  if (ok) {
    failed_cuts_ = 0;
  } else if (++failed_cuts_ % failures_to_tell == 0) {
    compat::send(
        self_, config_.node,
        event::error{errc::snapshot_failed,
                     "no snapshot of the collections can be made here, because one of them "
                     "is missing or does not answer; members that lack too much of the "
                     "log cannot catch up from this one"});
  }
}

// -- installs -------------------------------------------------------------------------------------

void applier_state::on_install(install_snapshot& msg) {
  const auto index = msg.meta.index;
  if (index <= taken_index_ && !lacks_any()) { // the collections have all that, and more
    batches_.push_back({index, 0, installation{index, {}, {}}});
    advance();
    return;
  }
  // Of two, the later counts: the role that has asked for the other one is gone.
  const auto reader =
      spawn_snapshot_reader(self_->system(), compat::handle_of<applier_actor>(self_),
                            config_.access.states, std::move(msg));
  install_ = {index, reader.address()};
  monitors_.watch(self_, reader, [this, address = reader.address()](const caf::error&) {
    compat::run_after(self_, last_words, [this, address] {
      if (!install_ || install_->reader != address)
        return;
      compat::send(self_, config_.node,
                   snapshot_installed{install_->index, false, "it could not be read"});
      install_.reset();
    });
  });
}

void applier_state::on_loaded(snapshot_loaded& msg) {
  const auto sender = caf::actor_cast<caf::actor_addr>(self_->current_sender());
  if (!install_ || install_->reader != sender)
    return sweep(slots_of(msg.parts));
  install_.reset();
  if (msg.problem.empty())
    return install(msg.index, std::move(msg.parts));
  sweep(slots_of(msg.parts));
  compat::send(self_, config_.node,
               event::error{errc::snapshot_failed, "the snapshot at " + std::to_string(msg.index)
                                                       + " cannot be installed: " + msg.problem});
  compat::send(self_, config_.node, snapshot_installed{msg.index, false, std::move(msg.problem)});
}

/// All collections go on from the snapshot: one batch, in which each has a part.
void applier_state::install(raft::index_t index, std::vector<loaded_part> parts) {
  if (index > taken_index_) // an older one only brings back what is missing
    dismiss_all_but(parts);
  const auto number = first_batch_ + batches_.size();
  installation done;
  done.index = index;
  done.slots = slots_of(parts);
  std::size_t unconfirmed = 0;
  for (auto& part : parts) {
    const auto one = install_one(index, part, done);
    if (!one)
      continue;
    one->sent_index = index;
    one->unconfirmed.push_back({index, number});
    ++unconfirmed;
  }
  batches_.push_back({index, unconfirmed, std::move(done)});
  taken_index_ = std::max(taken_index_, index);
  advance();
}

/// Sends the part to its collection, which is made if need be. Null: it needs none.
applier_state::collection_ptr applier_state::install_one(raft::index_t index, loaded_part& part,
                                                         installation& out) {
  const install_part message{part.number, index, part.slot};
  const auto known = by_number_.find(part.number);
  if (known != by_number_.end()) {
    if (index <= taken_index_)
      return nullptr;
    out.changed.push_back(part.spec.name);
    compat::send(self_, known->second->actor, message);
    return known->second;
  }
  const auto pending = by_name_.find(part.spec.name);
  if (pending != by_name_.end() && pending->second->number == 0
      && pending->second->spec.kind == part.spec.kind)
    out.changed.push_back(part.spec.name);
  const auto made = attach(part.number, part.spec);
  if (!made)
    return nullptr;
  compat::send(self_, made->actor, message);
  // Behind its state, so that nobody who waits for it finds it empty.
  compat::send(self_, made->actor, collection_created{part.number, part.spec, errc::none});
  return made;
}

/// A snapshot is everything that there is: what it does not have belongs to another log.
void applier_state::dismiss_all_but(const std::vector<loaded_part>& parts) {
  std::vector<collection_ptr> strangers;
  for (const auto& [number, one] : by_number_) {
    const auto same = std::find_if(parts.begin(), parts.end(), [&](const loaded_part& part) {
      return part.number == one->number;
    });
    if (same == parts.end() || same->spec.name != one->spec.name
        || same->spec.kind != one->spec.kind)
      strangers.push_back(one);
  }
  for (const auto& one : strangers)
    dismiss(one);
}

void applier_state::dismiss(const collection_ptr& which) {
  forget_unconfirmed(*which);
  by_origin_.erase(which->origin);
  by_number_.erase(which->number);
  by_name_.erase(which->spec.name);
  config_.access.content->forget(which->spec.name); // of another log, with indices of its own
  self_->send_exit(which->actor, caf::exit_reason::user_shutdown);
}

/// Told in this order: what users have to read anew, and then the core.
void applier_state::finish(const installation& done) {
  for (const auto& name : done.changed)
    compat::send(self_, config_.node, event::resync{name});
  compat::send(self_, config_.node, snapshot_installed{done.index, true, {}});
  sweep(done.slots);
}

} // namespace hamok
