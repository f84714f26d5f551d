#include "hamok/tests/sim/world.hpp"

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/hashing.hpp"
#include "hamok/tests/sim/operation_counts.hpp"
#include "hamok/tests/sim/remembering.hpp"
#include "hamok/tests/sim/repair.hpp"
#include "hamok/tests/sim/step_text.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace hamok::sim {

namespace {

/// More than any healthy run needs: what is beyond goes round in circles.
constexpr std::uint64_t max_steps = 1'000'000;

/// Clients with higher numbers are executors.
constexpr std::uint32_t first_executor = 1000;

} // namespace

world::world(std::uint64_t seed, trace_mode mode)
    : plan(make_scenario(seed)),
      lives(plan),
      chance(mix(0xD1CE, seed)),
      story(mode),
      rules(plan, lives),
      net(*this),
      storage(plan.outside.kept_outcomes),
      trouble(*this),
      wishes(*this) {
  raft::identity known;
  known.cluster = {mix(seed, 0xC1), next_version()};
  known.founders = lives.founders().voters;
  for (std::size_t who = 0; who < lives.size(); ++who) {
    const auto& clock = plan.members[who];
    nodes.emplace_back(*this, who, who, who, plan.nodes[who],
                       skewed_clock{clock.clock_offset, clock.clock_per_mille});
    members.emplace_back(*this, who);
    known.self = lives[who].config.self;
    if (!plan.founding)
      nodes.back().be_founded(known);
  }
  for (std::uint32_t number = 0; number < plan.clients.clients; ++number)
    clients.emplace_back(*this, number);
}

run_result world::run() {
  run_result result;
  try {
    storms();
    if (plan.faults.may_forget_all) {
      stay_without_majority();
    } else {
      settle();
      stay_calm();
    }
    result.ok = true;
  } catch (const violation& found) {
    result.invariant = found.invariant();
    result.text = found.what();
  }
  done.add(count::operations_committed, rules.view().past.operations());
  count_operations(done, rules.view().past);
  result.when = time.now();
  result.trace_hash = story.hash();
  result.done = done;
  return result;
}

void world::step() {
  if (!time.run_next())
    throw violation{"progress", "nothing is left to do"};
  if (done[count::steps] > max_steps)
    throw violation{"progress", str(max_steps) + " steps and no end"};
}

template <class Condition>
void world::run_until(timestamp deadline, const char* what, Condition&& reached) {
  while (!reached()) {
    if (time.now() > deadline)
      throw violation{"progress", what + describe()};
    step();
  }
}

/// Who is where, for whoever has to find out why nothing goes on.
std::string world::describe() const {
  std::string text;
  for (const auto& node : nodes) {
    if (node.abandoned())
      continue;
    const auto& each = rules.view().members[node.who()];
    text += "\n    " + name(node.who())
            + (!node.running() ? " does not run"
               : node.rests()  ? " rests"
                               : "")
            + (lives[node.who()].gone ? ", is over," : "");
    if (each.core != nullptr)
      text += " " + std::string{raft::to_string(each.now.role)} + " in term " + str(each.now.term)
              + ", log up to " + str(each.now.last_index) + ", committed "
              + str(each.now.commit_index) + ", applied " + str(each.applied_index) + ", leader "
              + (each.now.leader == nobody ? "none" : name(each.now.leader))
              + describe_members(lives, each.core->members());
    text += node.known() + ", linked:";
    for (std::size_t who = 0; who < lives.size(); ++who)
      if (node.is_linked(who))
        text += " " + name(who);
  }
  for (std::size_t who = 0; who < lives.size(); ++who)
    if (!lives[who].gone && nodes[lives[who].place].who() != who)
      text += "\n    " + name(who) + " is nobody's life";
  return text;
}

void world::storms() {
  for (auto& node : nodes) {
    // One after the other, where nobody is in a cluster yet.
    const auto delay =
        plan.rivals ? (node.place() < 2 ? duration{0} : plan.idle * 3)
        : plan.founding
            ? chance.between(duration{0}, plan.seed % 16 == 4 ? plan.idle / 2 : plan.idle * 12)
            : duration{0};
    if (delay == duration{0})
      node.start();
    else
      time.after(delay, [&node] { node.start(); });
  }
  for (auto& client : clients)
    client.start();
  trouble.start();
  wishes.start();
  const auto& past = rules.view().past;
  run_until(time.now() + plan.idle * 2000, "the clients do not get on, storms or not", [&] {
    return trouble.forgotten()
           || (trouble.storms() >= plan.faults.storms && past.operations() >= plan.min_operations);
  });
}

std::size_t world::leader() const {
  const auto& all = rules.view().members;
  std::size_t found = nobody;
  for (std::size_t who = 0; who < all.size(); ++who)
    if (all[who].up && all[who].now.role == raft::role::leader
        && (found == nobody || all[found].now.term < all[who].now.term))
      found = who;
  return found;
}

std::size_t world::bear(std::size_t place) {
  const auto who = lives.add(nodes[place].slot(), place, plan, chance);
  done.add(count::lives_begun);
  rules.view().members.emplace_back();
  members.emplace_back(*this, who);
  return who;
}

std::size_t world::build(std::size_t slot, node_plan how) {
  const auto place = nodes.size();
  const skewed_clock clock{chance.between(duration{0}, std::chrono::hours{100}), 1000};
  nodes.emplace_back(*this, place, slot, lives.size(), std::move(how), clock);
  bear(place);
  return place;
}

// From here on nothing goes wrong: the cluster has to come to itself, serve every client, and
// agree.
void world::settle() {
  story.note(time.now(), {0x4EA1}, [] { return std::string{"-- the network has healed"}; });
  trouble.stop();
  net.heal();
  wishes.settle();
  repair_logs();
  serve_clients();
  execute_all();
  let_everybody_in();
  wishes.stop();
}

duration world::round_trip() const {
  return plan.network.max_delay * 2 + plan.disk.max_delay;
}

duration world::time_to_install() const {
  const auto& config = plan.members.front().config;
  const auto bytes = rules.view().past.last_index() * 40 + 2000;
  const auto chunks = static_cast<int>(bytes / config.max_chunk_bytes + 1);
  return plan.idle * 4 + (round_trip() + config.heartbeat) * chunks + plan.apply_delay * 20;
}

// Elections take a few idle times. What was long on its way may still undo one.
void world::repair_logs() {
  const auto bound = time.now() + plan.idle * 40 + plan.members.front().config.election_timeout * 2;
  for (bool repaired = false; !repaired;) {
    run_until(bound, "no leader is followed by all although the network has healed",
              [&] { return followed_by_all() != nobody; });
    const auto leader = followed_by_all();
    const auto& now = rules.view().members[leader].now;
    repair logs{*this, leader};
    run_until(timestamp::max(), "it ends, or is late", [&, term = now.term] {
      if (followed_by_all() != leader || now.term != term)
        return true;
      repaired = logs.done();
      return repaired;
    });
  }
}

void world::serve_clients() {
  // One request at a time may be on its way, and a state machine that starts from nothing is given
  // only so much at a time.
  const auto& limits = plan.members.front().config;
  const auto asked = 10 + plan.clients.clients * plan.clients.max_batch;
  const auto applied = rules.view().past.last_index() / limits.max_apply_ahead + 1;
  const auto bound = time.now() + plan.idle * 40 + limits.election_timeout * 2
                     + round_trip() * static_cast<int>(2 * asked)
                     + plan.apply_delay * static_cast<int>(applied + asked) + time_to_install();
  const auto before = rules.view().past.operations();
  run_until(bound, "no operations are committed although the network has healed",
            [&] { return rules.view().past.operations() >= before + 10; });
  for (auto& client : clients)
    client.finish();
  run_until(bound, "a client is not served although the network has healed", [&] {
    return std::all_of(clients.begin(), clients.end(),
                       [](const client& each) { return each.idle(); });
  });
}

// One job after the other: what becomes of it is in the log before the next begins.
void world::execute_all() {
  const auto left = [](const member& each) {
    const auto part = each.remote_map();
    return part.state ? part.state->size() : 0;
  };
  std::uint64_t jobs = 10;
  for (const auto& each : members)
    jobs = std::max(jobs, left(each) + 10);
  const auto& limits = plan.members.front().config;
  const auto bound =
      time.now() + plan.idle * 40 + limits.election_timeout * 2
      + (round_trip() + plan.apply_delay + plan.outside.max_delay) * 2 * static_cast<int>(jobs);
  run_until(bound, "a remote map's operations are not executed although the network has healed",
            [&] {
              const auto leads = leader();
              return leads != nobody && left(members[leads]) == 0
                     && std::ranges::all_of(members, [](member& each) {
                          return !each.up() || each.companion().idle();
                        });
            });
}

std::uint32_t world::new_executor(std::size_t who) {
  executors_.push_back(who);
  return first_executor + static_cast<std::uint32_t>(executors_.size() - 1);
}

void world::answered(const operation& what, std::uint64_t attempt, const operation_result& result) {
  if (what.client < first_executor)
    clients[what.client].answered(what.sequence, attempt, result);
  else
    members[executors_[what.client - first_executor]].companion().answered(what, attempt, result);
}

void world::refused(const request& what, std::size_t leader) {
  if (what.client < first_executor)
    clients[what.client].refused(what.attempt, leader);
  else
    members[executors_[what.client - first_executor]].companion().refused(what);
}

void world::acknowledged(const ack_view& ack) {
  rules.acknowledged(ack);
  last_acknowledged = std::max(last_acknowledged, ack.result.index);
  done.add(count::operations_acknowledged);
}

// Who has to come may have to take the whole log first, and more than once: those who ask too late
// come back as another life. Changes go one after another.
duration world::time_to_change() const {
  const auto entries = static_cast<int>(rules.view().past.last_index() + 20);
  const auto changes = static_cast<int>(2 * plan.operators.most_members);
  return plan.idle * (40 + changes * 10) + time_to_install() * changes
         + plan.members.front().config.election_timeout * 2
         + (round_trip() + plan.apply_delay) * entries * 2;
}

void world::let_everybody_in() {
  const auto bound = time.now() + time_to_change();
  run_until(bound, "not everybody takes part who wants to, although the network has healed",
            [&] { return everybody_is_in(); });
  wishes.end_twins(); // they have been refused, and would be so for ever
  run_until(bound, "the members do not agree although the network has healed",
            [&] { return converged(); });
}

/// The leader that all its members follow, in one term; or nobody.
std::size_t world::followed_by_all() const {
  const auto& all = rules.view().members;
  const auto leads = leader();
  if (leads == nobody)
    return nobody;
  const auto follows = [&](const raft::member_id& id) {
    const auto number = lives.number_of(id);
    const auto& each = all[number];
    return lives[number].gone
           || (each.up && each.now.leader == leads && each.now.term == all[leads].now.term);
  };
  return std::ranges::all_of(raft::others(all[leads].core->members(), {}), follows) ? leads
                                                                                    : nobody;
}

bool world::has_twins() const {
  std::set<std::size_t> names;
  return std::ranges::any_of(nodes, [&](const node& each) {
    return !each.abandoned() && !each.rests() && !names.insert(each.slot()).second;
  });
}

bool world::is_second(const node& each, const raft::configuration& among) const {
  return std::ranges::any_of(among.voters, [&](const raft::member_id& id) {
    const auto who = lives.number_of(id);
    return lives[who].slot == each.slot() && who != each.who() && !lives[who].gone;
  });
}

bool world::is_linked_with_all(const node& each, const raft::configuration& among) const {
  return std::ranges::all_of(
      raft::others(among, lives[each.who()].config.self),
      [&](const raft::member_id& id) { return each.is_linked(lives.number_of(id)); });
}

/// Whoever is alive and has not left is a voter and linked with all others, and nobody else takes
/// part; that is settled. Of two that have one name, the second has been refused by name
/// (consensus.md, 4).
bool world::everybody_is_in() const {
  const auto leads = followed_by_all();
  if (leads == nobody)
    return false;
  const auto& now = rules.view().members[leads].core->members();
  if (!now.outgoing.empty() || !now.learners.empty() || wishes.expecting())
    return false;
  std::size_t wanted = 0;
  for (const auto& node : nodes) {
    if (node.abandoned() || node.rests())
      continue;
    if (is_second(node, now)) {
      if (!node.told_name_taken())
        return false;
      continue;
    }
    ++wanted;
    if (!node.running() || !raft::is_voter(now, lives[node.who()].config.self)
        || !is_linked_with_all(node, now))
      return false;
  }
  return now.voters.size() == wanted;
}

bool world::converged() const {
  const auto& all = rules.view();
  const auto leads = leader();
  if (leads == nobody)
    return false;
  const auto& first = all.members[leads];
  for (std::size_t who = 0; who < lives.size(); ++who) {
    const auto& each = all.members[who];
    if (!lives[who].gone
        && (!each.up || each.now.leader == nobody || each.now.term != first.now.term
            || each.now.last_index != first.now.last_index
            || each.now.commit_index != each.now.last_index
            || each.applied_index != each.now.last_index))
      return false;
  }
  return true;
}

// Without a reason nobody campaigns.
void world::stay_calm() {
  const auto leads = leader();
  const auto term = rules.view().members[leads].now.term;
  const auto until = time.now() + plan.idle * 6;
  while (time.now() < until)
    step();
  for (std::size_t who = 0; who < lives.size(); ++who) {
    const auto& each = rules.view().members[who];
    if (!lives[who].gone && (!each.up || each.now.term != term || each.now.leader == nobody))
      throw violation{"progress", "the leader changes although nothing is wrong"};
  }
  rules.finished();
}

// A majority has forgotten. Once nothing is on its way any more, the survivors commit nothing, and
// nobody leads for longer than it takes to notice.
void world::stay_without_majority() {
  done.add(count::majorities_forgotten);
  trouble.stop();
  net.heal();
  wishes.stop();
  const auto on_its_way = plan.network.max_delay + plan.network.max_spike
                          + (plan.disk.max_delay + plan.disk.max_stall) * 2;
  timestamp until{0};
  // What somebody has answered before it forgot still counts when it comes, and may end a change
  // that makes a majority of those who are left.
  do {
    trouble.forget_a_majority();
    story.note(time.now(), {0x1057}, [] { return std::string{"-- a majority has forgotten"}; });
    until = time.now() + on_its_way + plan.idle * 4;
    while (time.now() < until)
      step();
  } while (!majority_has_forgotten(rules.view()));
  const auto committed = rules.view().past.last_index();
  for (auto& node : nodes)
    node.start();
  until += plan.idle * 20;
  while (time.now() < until) {
    if (leader() != nobody)
      throw violation{"no majority, no progress", name(leader())
                                                      + " leads although a majority "
                                                        "has forgotten"};
    if (rules.view().past.last_index() != committed)
      throw violation{"no majority, no progress",
                      "something is committed although a majority has forgotten"};
    step();
  }
  hear_of_lost_quorum();
}

// Whoever still votes, remembers, and has met other lives of too many says so (consensus.md, 5).
void world::hear_of_lost_quorum() {
  for (const auto& node : nodes) {
    const auto* core = rules.view().members[node.who()].core;
    if (core == nullptr || core->standing() != raft::standing::voter)
      continue;
    std::vector<raft::member_id> lost;
    for (const auto* half : {&core->members().voters, &core->members().outgoing})
      for (const auto& id : *half)
        if (lives[lives.number_of(id)].gone && node.met_another_life_of(id))
          lost.push_back(id);
    if (raft::count_votes(core->members(), {}, lost) != raft::vote_result::lost)
      continue;
    done.add(count::losses_noticed);
    if (!node.told_quorum_lost())
      throw violation{"a lost quorum is told", name(node.who())
                                                   + " has met other lives of a majority, and does "
                                                     "not say that its quorum is lost"};
  }
}

} // namespace hamok::sim
