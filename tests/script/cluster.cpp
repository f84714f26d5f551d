#include "hamok/tests/script/cluster.hpp"

#include "hamok/raft/codec.hpp"
#include "hamok/tests/script/print.hpp"

#include <algorithm>
#include <stdexcept>

namespace hamok::script {

using namespace raft;

void cluster::add_member(core_config config) {
  const auto name = config.self.peer;
  members_[name].config = std::move(config);
}

void cluster::start(const configuration& members) {
  founders_ = members;
  for (auto& [name, target] : members_) {
    initial_state state;
    state.base.members = members;
    target.disk = test::disk{std::move(state)};
    boot(target);
  }
}

void cluster::join(core_config config, bool founding_base) {
  const auto name = config.self.peer;
  if (members_.contains(name))
    throw std::runtime_error(name + " is there already");
  add_member(std::move(config));
  initial_state state;
  if (founding_base)
    state.base.members = founders_;
  at(name).disk = test::disk{std::move(state)};
  boot(at(name));
  for (const auto& [other, target] : members_)
    if (other != name)
      link_up(other, name);
}

member_id cluster::id_of(const std::string& name) const {
  const auto found = members_.find(name);
  return found == members_.end() ? member_id{name, {}} : found->second.config.self;
}

void cluster::start_from(const std::string& name, std::vector<entry> entries, hard_state hard) {
  auto& target = at(name);
  auto state = target.disk.durable();
  state.entries = std::move(entries);
  state.hard = std::move(hard);
  target.disk = test::disk{std::move(state)};
  boot(target);
}

void cluster::boot(member& target) {
  restore(target);
  target.core.emplace(target.config, target.disk.durable(), now_);
}

cluster::member& cluster::at(const std::string& name) {
  const auto found = members_.find(name);
  if (found == members_.end())
    throw std::runtime_error("there is no member " + name);
  return found->second;
}

raft::core& cluster::alive(const std::string& name) {
  auto& target = at(name);
  if (!target.core)
    throw std::runtime_error(name + " is down");
  return *target.core;
}

std::vector<std::string> cluster::names() const {
  std::vector<std::string> result;
  for (const auto& [name, target] : members_)
    result.push_back(name);
  return result;
}

void cluster::step(const std::string& name, event_body what) {
  carry_out(name, alive(name).step({now_, std::move(what)}));
  sync(name);
}

void cluster::carry_out(const std::string& name, output out) {
  auto& target = at(name);
  if (out.rejected != nullptr)
    print(std::string{"  rejected: "} + out.rejected);
  if (out.persist) {
    print("  writes " + describe(*out.persist));
    target.disk.write(*out.persist);
  }
  for (const auto& item : out.send)
    send(name, item);
  for (auto& chunk : out.chunks)
    send_chunk(name, std::move(chunk));
  if (!out.committed.entries.empty()) {
    if (out.committed.first_index != target.given + 1)
      throw std::runtime_error(name + " is given entries with a gap, or twice");
    target.given += out.committed.entries.size();
    invariants_.commits(name, out.committed);
    print("  commits " + describe(out.committed));
    apply(name, out.committed);
  }
  carry_out_snapshots(name, out);
  if (out.proposal)
    print("  " + describe(*out.proposal));
  if (out.change)
    print("  " + describe(*out.change));
  if (out.transfer)
    print(std::string{"  transfer: "} + to_string(*out.transfer));
  if (out.members_changed)
    print("  " + describe(target.core->members())
          + (target.core->standing() == standing::removed ? ", it is removed" : ""));
  for (const auto& peer : out.unsynced)
    print("  has to give a snapshot to " + peer.peer);
  if (out.role) {
    print(std::string{"  becomes "} + to_string(*out.role) + " in term "
          + std::to_string(target.core->term()));
  }
  if (target.core->role() == role::leader)
    invariants_.leads(name, target.core->term());
  else if (out.leader_changed)
    print("  follows " + (target.core->leader() ? target.core->leader()->peer : "nobody"));
  if (!target.apply_held && target.given > 0 && !out.committed.entries.empty())
    carry_out(name, target.core->step({now_, applied{target.given}}));
  if (out.install)
    begin_install(name, *out.install);
  if (out.cut)
    begin_cut(name, *out.cut);
}

void cluster::send(const std::string& name, const outbound& item) {
  invariants::promises(name, item, alive(name), at(name).disk);
  const bool lost = cuts_.contains({name, item.to.peer}) || id_of(item.to.peer) != item.to;
  print("  -> " + item.to.peer + (lost ? " (lost) " : " ") + to_string(item.message));
  if (!lost)
    network_.push_back({name, item.to.peer, item.message});
}

void cluster::sync(const std::string& name) {
  auto& target = at(name);
  while (!target.disk_held && !target.disk.idle()) {
    const auto sequence = sync_one(target);
    print("  has it on disk");
    carry_out(name, target.core->step({now_, persisted{*sequence}}));
  }
}

std::optional<std::uint64_t> cluster::sync_one(member& target) {
  const auto sequence = target.disk.sync_one();
  make_current(target);
  return sequence;
}

void cluster::tick(const std::string& name, std::optional<duration> after) {
  now_ = after ? now_ + *after : std::max(now_, alive(name).deadline());
  print(name + " ticks");
  step(name, raft::tick{});
}

void cluster::time_out(const std::string& name) {
  auto& target = alive(name);
  const auto before = target.role();
  if (before == role::leader)
    throw std::runtime_error(name + " is a leader");
  for (int ticks = 0; ticks < 100; ++ticks) {
    std::string printed;
    std::swap(printed, out_);
    tick(name, std::nullopt);
    std::swap(printed, out_);
    const bool campaigns = target.role() != before || printed.find("-> ") != std::string::npos;
    if (!campaigns)
      continue;
    out_ += printed;
    return;
  }
  throw std::runtime_error(name + " never campaigns");
}

void cluster::propose(const std::string& name, const std::vector<std::string>& texts) {
  raft::propose what;
  std::string line = name + " is asked to append";
  for (const auto& text : texts) {
    what.proposals.push_back({entry_kind::command, blob::from_string(text)});
    line += " " + text;
  }
  print(line);
  step(name, std::move(what));
}

void cluster::change(const std::string& name, change_kind kind, const std::string& who) {
  print(name + " is asked to " + (kind == change_kind::add ? "add " : "remove ") + who);
  step(name, change_members{{kind, id_of(who), 0}});
}

void cluster::transfer(const std::string& name, const std::string& to) {
  print(name + " is asked to hand over to " + (to.empty() ? "anybody" : to));
  step(name, transfer_leadership{to.empty() ? std::nullopt : std::optional{id_of(to)}});
}

void cluster::receive(const packet& item) {
  const auto text = to_string(item.message);
  const auto what = text.substr(0, text.find(' '));
  if (!at(item.to).core) {
    print(item.to + " is down: " + what + " from " + item.from + " is lost");
    return;
  }
  print(item.to + " receives " + what + " from " + item.from);
  // The bytes of the real wire are part of every scenario.
  auto decoded = decode_message(to_blob(item.message));
  if (!decoded || !(*decoded == item.message))
    throw std::runtime_error("the codec loses something of " + text);
  step(item.to, raft::receive{id_of(item.from), std::move(*decoded)});
}

} // namespace hamok::script
