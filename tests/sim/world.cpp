#include "hamok/tests/sim/world.hpp"

#include "hamok/tests/sim/repair.hpp"

#include <algorithm>
#include <vector>

namespace hamok::sim {

namespace {

/// More than any healthy run needs: what is beyond goes round in circles.
constexpr std::uint64_t max_steps = 1'000'000;

} // namespace

world::world(std::uint64_t seed, trace_mode mode)
    : plan(make_scenario(seed)),
      lives(plan),
      chance(mix(0xD1CE, seed)),
      story(mode),
      rules(plan, lives),
      net(*this),
      trouble(*this) {
  for (std::size_t who = 0; who < lives.size(); ++who)
    members.emplace_back(*this, who);
  for (std::uint32_t number = 0; number < plan.clients.clients; ++number)
    clients.emplace_back(*this, number);
}

run_result world::run() {
  run_result result;
  try {
    storms();
    settle();
    stay_calm();
    result.ok = true;
  } catch (const violation& found) {
    result.invariant = found.invariant();
    result.text = found.what();
  }
  done.add(count::operations_committed, rules.view().past.operations());
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
      throw violation{"progress", what};
    step();
  }
}

void world::storms() {
  for (auto& member : members)
    member.start();
  for (auto& client : clients)
    client.start();
  trouble.start();
  const auto& past = rules.view().past;
  run_until(time.now() + plan.idle * 2000, "the clients do not get on, storms or not", [&] {
    return trouble.storms() >= plan.faults.storms && past.operations() >= plan.min_operations;
  });
}

// From here on nothing goes wrong: the cluster has to come to itself, serve every client, and
// agree.
void world::settle() {
  story.note(time.now(), {0x4EA1}, [] { return std::string{"-- the network has healed"}; });
  trouble.stop();
  net.heal();
  repair_logs();
  serve_clients();
}

duration world::round_trip() const {
  return plan.network.max_delay * 2 + plan.disk.max_delay;
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
                     + plan.apply_delay * static_cast<int>(applied + asked);
  const auto before = rules.view().past.operations();
  run_until(bound, "no operations are committed although the network has healed",
            [&] { return rules.view().past.operations() >= before + 10; });
  for (auto& client : clients)
    client.finish();
  run_until(bound, "a client is not served although the network has healed", [&] {
    return std::all_of(clients.begin(), clients.end(),
                       [](const client& each) { return each.idle(); });
  });
  run_until(bound, "the members do not agree although the network has healed",
            [&] { return converged(); });
}

/// The leader that all members follow, in one term; or nobody.
std::size_t world::followed_by_all() const {
  const auto& all = rules.view().members;
  const auto leader = all.front().now.leader;
  const auto follows = [&](const member_view& each) {
    return each.up && each.now.leader == leader && each.now.term == all.front().now.term;
  };
  return leader != nobody && std::ranges::all_of(all, follows) ? leader : nobody;
}

bool world::converged() const {
  const auto& all = rules.view();
  const auto& first = all.members.front();
  return std::all_of(all.members.begin(), all.members.end(), [&](const member_view& each) {
    return each.up && each.now.leader != nobody && each.now.term == first.now.term
           && each.now.last_index == first.now.last_index
           && each.now.commit_index == each.now.last_index
           && each.applied_index == each.now.last_index;
  });
}

// Without a reason nobody campaigns.
void world::stay_calm() {
  const auto term = rules.view().members.front().now.term;
  const auto until = time.now() + plan.idle * 6;
  while (time.now() < until)
    step();
  for (const auto& each : rules.view().members)
    if (each.now.term != term || each.now.leader == nobody)
      throw violation{"progress", "the leader changes although nothing is wrong"};
  rules.finished();
}

} // namespace hamok::sim
