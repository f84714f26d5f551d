#include "hamok/tests/sim/scenario.hpp"

#include "hamok/tests/sim/hashing.hpp"
#include "hamok/tests/sim/roster.hpp"
#include "hamok/tests/sim/trace.hpp"

#include <algorithm>

namespace hamok::sim {

namespace {

using namespace std::chrono_literals;

/// Limits so small that windows fill, batches split and proposals are refused.
void shrink_limits(raft::core_config& config, dice& chance) {
  static const std::vector<std::size_t> batches{1, 1, 1, 2, 3, 5};
  config.max_batch_entries = chance.pick(batches);
  config.max_batch_bytes = chance.between(60, 600);
  config.max_inflight_messages = chance.between(1, 4);
  config.max_inflight_bytes = chance.between(60, 2000);
  config.max_uncommitted_bytes = chance.between(200, 4000);
  config.max_apply_ahead = chance.between(1, 8);
}

void plan_members(scenario& plan, dice& chance) {
  static const std::vector<std::size_t> fixed_sizes{3, 5, 7};
  static const std::vector<std::size_t> first_sizes{2, 3, 3, 4, 5, 6, 7};
  static const std::vector<duration> idles{100ms, 150ms, 250ms, 500ms};
  plan.idle = chance.pick(idles);
  plan.founding = plan.seed % 8 == 4;
  plan.operators.busy = chance.chance(875) || plan.founding;
  plan.members.resize(chance.pick(plan.operators.busy ? first_sizes : fixed_sizes));
  if (plan.founding)
    plan.members.resize(chance.between(3, 7));
  const auto heartbeat = plan.idle / static_cast<int>(chance.between(3, 6));
  const auto election_timeout = plan.idle * static_cast<int>(chance.between(1, 6));
  const bool skewed = chance.chance(700);
  plan.hunting = chance.chance(350);
  const bool small_limits = chance.chance(plan.hunting ? 900 : 300);
  // A minority: so that one with all committed entries may always campaign.
  const auto most_passive = (plan.members.size() - 1) / 2;
  const auto passive = most_passive > 0 && !plan.founding && chance.chance(300)
                           ? chance.between(1, most_passive)
                           : 0;
  for (std::size_t i = 0; i < plan.members.size(); ++i) {
    auto& member = plan.members[i];
    auto& config = member.config;
    config.self.peer = name_of(i);
    config.self.incarnation = {mix(plan.seed, i), i + 1};
    config.follower_max_idle = plan.idle;
    config.heartbeat = heartbeat;
    config.election_timeout = election_timeout;
    config.only_follower = i < passive;
    config.max_retired = 3;
    config.seed = chance.next();
    if (small_limits)
      shrink_limits(config, chance);
    member.clock_offset = chance.between(0s, 100h);
    if (skewed)
      member.clock_per_mille = static_cast<std::int64_t>(chance.between(900, 1100));
  }
}

/// Who founds, in one of the three ways, and who only joins; with partial and wrong seeds.
void plan_founding(scenario& plan, dice& chance) {
  const auto size = plan.members.size();
  // By number it takes the most to agree.
  const auto kind = std::min<std::uint64_t>(chance.below(4), 2);
  plan.founders = kind == 0 ? 1 : kind == 1 ? chance.between(2, size) : size;
  const auto expect =
      std::min<std::uint64_t>(plan.founders / 2 + 1 + (chance.chance(300) ? 1 : 0), plan.founders);
  plan.rivals = kind == 2 && plan.seed % 16 == 4;
  for (std::size_t place = 0; place < size; ++place) {
    auto& node = plan.nodes[place];
    const bool founds = place < plan.founders;
    if (kind == 0 && founds)
      continue; // alone, with nothing
    if (kind == 1 && founds)
      for (std::size_t other = 0; other < plan.founders; ++other)
        node.initial_members.push_back(other);
    if (kind == 2 && founds)
      node.bootstrap_expect = static_cast<std::uint32_t>(expect);
    if (plan.rivals && place > 1) {
      node.seeds = {0, 1};
      continue;
    }
    node.seeds.push_back(place == 0 ? 1 : chance.below(place));
    if (chance.chance(500))
      node.seeds.push_back(chance.below(size + 2));
  }
}

void plan_nodes(scenario& plan, dice& chance) {
  plan.nodes.resize(plan.members.size());
  if (plan.founding)
    return plan_founding(plan, chance);
  plan.founders = plan.nodes.size();
  for (auto& node : plan.nodes)
    for (std::size_t other = 0; other < plan.nodes.size(); ++other)
      node.initial_members.push_back(other);
}

void plan_network(scenario& plan, dice& chance) {
  static const std::vector<duration> slowest{500us, 2ms, 8ms, 20ms};
  auto& net = plan.network;
  net.max_delay = std::min(chance.pick(slowest), plan.idle / 8);
  net.min_delay = net.max_delay / static_cast<int>(chance.between(2, 10));
  net.max_spike = plan.idle * static_cast<int>(chance.between(1, 4));
  static const std::vector<std::uint64_t> rates{0, 5, 20, 60};
  net.spike_per_mille = chance.pick(rates);
  net.loss_per_mille = chance.pick(rates) * 2;
  net.duplicate_per_mille = chance.pick(rates);
  net.max_late_copy = plan.idle * static_cast<int>(chance.between(2, 30));
  net.late_copy_per_mille = chance.pick(rates) / 2;
  net.garbage_per_mille = chance.between(0, 8);
  net.stranger_per_mille = chance.between(0, 4);
  net.malformed_per_mille = chance.between(0, 4);
  net.link_told_per_mille = chance.between(200, 1000);
  net.max_link_notice = chance.chance(500) ? duration{1ms} : plan.idle * 2;
}

void plan_disk(scenario& plan, dice& chance) {
  auto& disk = plan.disk;
  static const std::vector<duration> slowest{200us, 1ms, 5ms, 20ms};
  disk.at_once = chance.chance(150);
  disk.max_delay = std::min(chance.pick(slowest), plan.idle / 8);
  disk.min_delay = disk.max_delay / static_cast<int>(chance.between(1, 10));
  disk.max_stall = plan.idle * static_cast<int>(chance.between(1, 3));
  disk.stall_per_mille = chance.chance(500) ? chance.between(1, 20) : 0;
}

void plan_clients(scenario& plan, dice& chance) {
  auto& clients = plan.clients;
  clients.clients = chance.between(2, 5);
  clients.max_batch = chance.chance(600) ? chance.between(2, 8) : 1;
  clients.keys = chance.between(2, 24);
  clients.values = chance.between(2, 9);
  clients.max_padding = chance.chance(300) ? chance.between(50, 400) : chance.between(0, 20);
  clients.max_think = plan.idle / static_cast<int>(chance.between(1, 8));
  clients.min_timeout = plan.network.max_delay * 4 + plan.idle / 10;
  clients.max_timeout = clients.min_timeout + plan.idle * static_cast<int>(chance.between(1, 3));
  clients.answer_loss_per_mille = chance.between(5, 100);
  clients.forward_per_mille = chance.between(0, 1000);
}

void plan_faults(scenario& plan, dice& chance) {
  auto& faults = plan.faults;
  faults.min_gap = plan.idle / 10;
  faults.max_gap = plan.idle * static_cast<int>(chance.between(1, 4));
  faults.max_length = plan.idle * static_cast<int>(chance.between(2, 6));
  faults.storm = plan.idle * static_cast<int>(chance.between(15, 30));
  faults.lull = plan.idle * static_cast<int>(chance.between(6, 10));
  // Each seed has its own weather: some kinds often, some never.
  const auto weight = [&chance] { return chance.chance(250) ? 0 : chance.between(1, 10); };
  faults.one_way = weight();
  faults.full_partition = weight();
  faults.crash = weight() + 2;
  faults.power_failure = chance.between(0, 1);
  faults.role_death = weight() / 2;
  faults.pause = weight() / 2;
  faults.link_flap = weight() / 2;
  faults.clock_change = weight() / 3;
  faults.hand_over = weight() / 2;
  // Leaders that are struck as soon as they lead leave the most different logs behind.
  faults.hunt_per_mille = chance.between(0, 300);
  if (plan.hunting) {
    faults.hunt_per_mille = chance.between(500, 950);
    faults.max_length = plan.idle * 2;
    faults.max_gap = plan.idle * 4;
  }
}

/// Logs so short that much is dropped that somebody still needs.
void plan_snapshots(scenario& plan, dice& chance) {
  static const std::vector<std::size_t> lengths{4, 8, 16, 32, 64};
  const bool in_memory = chance.chance(500);
  const bool by_entries = chance.chance(700);
  const bool by_age = chance.chance(200);
  const bool never = chance.chance(150);
  const auto entries = chance.pick(lengths);
  const auto chunk = chance.between(300, 4000);
  const auto window = chunk * chance.between(1, 4);
  plan.faults.compact = chance.between(0, 3);
  for (auto& member : plan.members) {
    auto& config = member.config;
    config.volatile_state = in_memory;
    config.max_chunk_bytes = chunk;
    config.max_snapshot_inflight = window;
    if (never)
      continue;
    if (by_entries)
      config.log_max_entries = entries;
    else
      config.log_max_bytes = entries * 100;
    if (by_age)
      config.log_expiration = plan.idle * 4;
  }
}

void plan_operators(scenario& plan, dice& chance) {
  auto& wishes = plan.operators;
  if (!wishes.busy)
    return;
  wishes.min_gap = plan.idle / 4;
  wishes.max_gap = plan.idle * static_cast<int>(chance.between(2, 8));
  const auto weight = [&chance] { return chance.chance(200) ? 0 : chance.between(1, 6); };
  wishes.grow = weight();
  wishes.shrink = weight();
  wishes.leave = weight() / 2;
  wishes.repeat = weight() / 2;
  wishes.burst = weight();
  wishes.transfer = weight();
  wishes.double_name = weight() / 3;
  // Who forgets may have been the only one with the whole log that is allowed to campaign.
  const bool passive = plan.members.front().config.only_follower;
  if (passive)
    return;
  plan.faults.forget = weight();
  plan.faults.never_back_per_mille = chance.chance(500) ? chance.between(100, 600) : 0;
  plan.faults.may_forget_all = plan.seed % 16 == 7;
  if (plan.faults.may_forget_all)
    plan.faults.forget = 4;
}

void plan_outside(scenario& plan, dice& chance) {
  auto& outside = plan.outside;
  outside.kept_outcomes = chance.chance(300) ? 1 : chance.between(2, 8);
  outside.max_delay = chance.between(duration{0}, plan.idle / 10);
  outside.max_stall = plan.idle * static_cast<int>(chance.between(1, 4));
  outside.stall_per_mille = chance.between(0, 100);
  outside.unavailable_per_mille = chance.between(0, 100);
}

/// A quarter of the seeds has the simulator's own state machine, the others collections of the
/// library: two, so that some clients have one in common, or all.
void plan_collections(scenario& plan, dice& chance) {
  using enum collection_kind;
  static const std::vector<std::vector<collection_kind>> sets{
      {map, queue},      {queue, map},
      {queue, record},   {record, queue},
      {emitter, queue},  {queue, emitter},
      {emitter, record}, {map, emitter},
      {record, map},     {map, record, queue, emitter},
  };
  const auto roll = chance.below(1000);
  const bool own = roll < 250;
  plan.machine = own ? &key_value_kind() : &collections_kind();
  plan.collections = own ? std::vector{table} : sets[roll % sets.size()];
  static const std::vector<std::vector<collection_kind>> with_storage{
      {remote_map}, {remote_map, queue}, {map, remote_map}};
  if (roll >= 880)
    plan.collections = with_storage[roll % with_storage.size()];
}

} // namespace

scenario make_scenario(std::uint64_t seed) {
  dice chance{mix(0x5CE7A210, seed)};
  scenario plan;
  plan.seed = seed;
  plan_members(plan, chance);
  plan_nodes(plan, chance);
  plan_network(plan, chance);
  plan_disk(plan, chance);
  plan_clients(plan, chance);
  plan_faults(plan, chance);
  plan_operators(plan, chance);
  plan_snapshots(plan, chance);
  plan_collections(plan, chance);
  plan.apply_delay = chance.chance(500) ? duration{0} : plan.network.max_delay;
  plan_outside(plan, chance);
  return plan;
}

std::string to_string(const scenario& value) {
  const auto& config = value.members.front().config;
  std::string collections;
  for (const auto kind : value.collections)
    collections += (collections.empty() ? "" : ", ") + std::string{to_string(kind)};
  std::string passive;
  for (const auto& member : value.members)
    if (member.config.only_follower)
      passive += " " + member.config.self.peer;
  return "seed " + std::to_string(value.seed) + ": " + std::to_string(value.members.size())
         + " members, idle " + to_text(value.idle) + ", heartbeat " + to_text(config.heartbeat)
         + ", election timeout " + to_text(config.election_timeout) + ", delay up to "
         + to_text(value.network.max_delay) + ", loss "
         + std::to_string(value.network.loss_per_mille) + " per mille, disk up to "
         + (value.disk.at_once ? "0" : to_text(value.disk.max_delay)) + ", batch of "
         + std::to_string(config.max_batch_entries) + " entries, window of "
         + std::to_string(config.max_inflight_messages)
         + (passive.empty() ? "" : ", only followers:" + passive)
         + (config.volatile_state ? ", in memory" : "") + ", logs of "
         + std::to_string(config.log_max_entries) + " entries and "
         + std::to_string(config.log_max_bytes) + " bytes, chunks of "
         + std::to_string(config.max_chunk_bytes) + (value.operators.busy ? ", members change" : "")
         + (value.founding
                ? ", founded by " + std::to_string(value.founders)
                      + (value.nodes.front().bootstrap_expect > 1
                             ? " of which " + std::to_string(value.nodes.front().bootstrap_expect)
                                   + " are expected"
                             : "")
                : "")
         + (value.faults.may_forget_all ? ", a majority may forget" : "") + ", state machine "
         + value.machine->name + " (" + collections + ")";
}

} // namespace hamok::sim
