// What a script can do to messages, links, disks and processes.

#include "hamok/tests/script/cluster.hpp"
#include "hamok/tests/script/print.hpp"

#include <algorithm>
#include <stdexcept>

namespace hamok::script {

using namespace raft;

std::size_t cluster::deliver(const packet_filter& filter, std::size_t limit) {
  std::vector<packet> batch;
  std::deque<packet> rest;
  for (auto& item : network_)
    if (batch.size() < limit && filter(item))
      batch.push_back(std::move(item));
    else
      rest.push_back(std::move(item));
  network_ = std::move(rest);
  for (const auto& item : batch)
    receive(item);
  return batch.size();
}

void cluster::stabilize(const packet_filter& filter) {
  for (int rounds = 0; rounds < 1000; ++rounds)
    if (deliver(filter, network_.size()) == 0)
      return;
  throw std::runtime_error("the members talk for ever");
}

void cluster::run(duration time) {
  const auto end = now_ + time;
  for (int ticks = 0; ticks < 10000; ++ticks) {
    stabilize([](const packet&) { return true; });
    std::string next;
    auto soonest = timestamp::max();
    for (const auto& [name, target] : members_)
      if (target.core && target.core->deadline() < soonest) {
        soonest = target.core->deadline();
        next = name;
      }
    if (soonest > end) {
      now_ = end;
      return;
    }
    tick(next, std::nullopt);
  }
  throw std::runtime_error("the clocks tick without end");
}

void cluster::drop(const packet_filter& filter, std::size_t limit) {
  std::deque<packet> rest;
  for (auto& item : network_)
    if (limit > 0 && filter(item)) {
      --limit;
      const auto text = to_string(item.message);
      print("lost: " + item.from + " -> " + item.to + " " + text);
    } else {
      rest.push_back(std::move(item));
    }
  network_ = std::move(rest);
}

void cluster::duplicate(const packet_filter& filter) {
  const auto count = network_.size();
  for (std::size_t i = 0; i < count; ++i)
    if (filter(network_[i]))
      network_.push_back(packet{network_[i]});
}

void cluster::reverse(const packet_filter& filter) {
  std::vector<packet> chosen;
  for (const auto& item : network_)
    if (filter(item))
      chosen.push_back(item);
  for (auto& item : network_)
    if (filter(item)) {
      item = std::move(chosen.back());
      chosen.pop_back();
    }
}

void cluster::link_down(const std::string& one, const std::string& other) {
  cut(one, other);
  cut(other, one);
  std::erase_if(network_, [&](const packet& item) {
    return (item.from == one && item.to == other) || (item.from == other && item.to == one);
  });
  for (const auto& [name, peer] : {std::pair{one, other}, std::pair{other, one}})
    if (at(name).core) {
      print(name + " loses its link to " + peer);
      step(name, raft::link_down{at(peer).config.self});
    }
}

void cluster::link_up(const std::string& one, const std::string& other) {
  cuts_.erase({one, other});
  cuts_.erase({other, one});
  for (const auto& [name, peer] : {std::pair{one, other}, std::pair{other, one}})
    if (at(name).core) {
      print(name + " gets a link to " + peer);
      step(name, raft::link_up{at(peer).config.self});
    }
}

void cluster::release_disk(const std::string& name, std::optional<std::size_t> writes) {
  auto& target = at(name);
  if (!writes)
    target.disk_held = false;
  for (auto left = writes.value_or(static_cast<std::size_t>(-1)); left > 0; --left) {
    const auto sequence = sync_one(target);
    if (!sequence)
      return;
    print(name + " has written");
    step(name, persisted{*sequence});
  }
}

void cluster::report_applied(const std::string& name, std::optional<index_t> index) {
  auto& target = at(name);
  if (!index)
    target.apply_held = false;
  const auto value = index.value_or(target.given);
  print(name + " has applied up to " + std::to_string(value));
  step(name, applied{value});
}

void cluster::crash(const std::string& name) {
  auto& target = at(name);
  target.core.reset();
  target.disk.crash();
  target.disk_held = false;
  target.apply_held = false;
}

void cluster::restart(const std::string& name) {
  auto& target = at(name);
  if (target.core)
    throw std::runtime_error(name + " is not down");
  boot(target);
}

void cluster::forget(const std::string& name, bool told) {
  auto& target = at(name);
  crash(name);
  std::erase_if(network_, [&](const packet& item) { return item.from == name || item.to == name; });
  ++target.config.self.incarnation.high;
  initial_state state;
  state.base.members = founders_;
  target.disk = test::disk{std::move(state)};
  target.stored.clear();
  target.state = first_state;
  target.given = 0;
  boot(target);
  for (const auto& other : names()) {
    if (other == name || !at(other).core)
      continue;
    if (told)
      old_link_down(other, name);
    link_up(other, name);
  }
}

void cluster::old_link_down(const std::string& name, const std::string& peer) {
  auto old = id_of(peer);
  --old.incarnation.high;
  print(name + " loses its link to the old " + peer);
  step(name, raft::link_down{std::move(old)});
}

void cluster::print_state() {
  for (auto& [name, target] : members_)
    print(name + " " + (target.core ? describe(*target.core) : "down"));
}

void cluster::print_progress(const std::string& name) {
  for (const auto& peer : alive(name).progress())
    print(name + " of " + describe(peer));
}

} // namespace hamok::script
