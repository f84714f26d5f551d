// Proposers against a log that loses, refuses, delays and repeats what they propose, on a member
// that gets a snapshot now and then in the place of the log. Whatever was acknowledged happened
// exactly once, and what "cannot have happened" never did.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/proposer_harness.hpp"

#include <random>

namespace hamok::state_test {

namespace {

/// Counts how often each operation was applied: `key` is the operation's own.
struct fault_world {
  std::mt19937_64 dice;
  proposer_fixture p;
  std::vector<proposer_batch> delayed; ///< copies that turn up later
  std::map<std::uint64_t, std::string> key_of;
  std::map<std::string, int> applied;
  raft::term_t term = 1;

  explicit fault_world(std::uint64_t seed, proposer_config config)
      : dice(seed),
        p(std::move(config)) {
    p.ready();
  }

  std::uint64_t roll(std::uint64_t sides) { return dice() % sides; }

  void submit() {
    const auto key = "op" + std::to_string(p.next_ticket);
    const auto size = roll(10) == 0 ? roll(400) : roll(10);
    const auto ticket = p.submit(set(key, std::string(size, 'x')), milliseconds{50 + roll(8000)});
    key_of[ticket] = key;
  }

  void commit(const proposer_batch& batch) {
    for (const auto& entry : batch.commands) {
      const auto done = p.commit(entry);
      for (const auto& event : done.events)
        ++applied[std::string{event.key.text()}];
    }
  }

  void handle(proposer_batch batch) {
    switch (roll(10)) {
    case 0: // refused, and perhaps only said later
      p.refuse(batch);
      break;
    case 1: // lost
      break;
    case 2: // appended, and a copy of it will come again
      delayed.push_back(batch);
      commit(batch);
      break;
    case 3: // overtaken by others
      delayed.push_back(std::move(batch));
      break;
    default:
      commit(batch);
    }
  }

  void step() {
    switch (roll(6)) {
    case 0:
    case 1:
      for (auto count = roll(5); count > 0; --count)
        submit();
      break;
    case 2:
      p.advance(milliseconds{roll(300)});
      break;
    case 3:
      if (!delayed.empty()) {
        const auto which = delayed.begin() + static_cast<std::ptrdiff_t>(roll(delayed.size()));
        const auto batch = *which;
        delayed.erase(which);
        commit(batch);
      }
      break;
    case 4:
      change_leader();
      break;
    default:
      if (roll(40) == 0)
        p.log.clock += seconds{70}; // all sessions end with the next entry
      else if (p.behind)
        p.install();
      else
        p.behind = roll(8) == 0;
    }
    p.flush();
    while (!p.wire.empty() && roll(4) != 0)
      handle(p.next());
  }

  void change_leader() {
    if (roll(3) == 0)
      p.subject.leader_changed(std::nullopt, term, p.now);
    else
      p.subject.leader_changed(roll(2) == 0 ? leader_a : leader_b, ++term, p.now);
  }

  /// No more faults: everything is answered within a bound.
  void heal() {
    if (p.behind)
      p.install();
    p.subject.leader_changed(leader_a, ++term, p.now);
    for (int i = 0; i < 200 && p.answers.size() < key_of.size(); ++i) {
      p.flush();
      p.commit_all_with([this](const proposer_batch& batch) { commit(batch); });
      p.advance(milliseconds{100});
    }
    for (const auto& batch : std::exchange(delayed, {}))
      commit(batch);
  }
};

} // namespace

TEST_CASE("proposer and session together apply what is acknowledged exactly once") {
  std::size_t acknowledged = 0;
  std::size_t unknown = 0;
  std::size_t impossible = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    proposer_config config;
    config.max_batch_entries = 1 + seed % 5;
    config.max_batch_bytes = 120;
    fault_world world{seed, config};
    for (int step = 0; step < 250; ++step)
      world.step();
    world.heal();
    REQUIRE(world.p.answers.size() == world.key_of.size());
    for (const auto& [ticket, failure] : world.p.answers) {
      const auto times = world.applied[world.key_of[ticket]];
      CAPTURE(ticket, to_string(failure), times);
      if (failure == errc::none) {
        ++acknowledged;
        REQUIRE(times == 1);
      } else if (failure == errc::outcome_unknown) {
        ++unknown;
        REQUIRE(times <= 1);
      } else {
        ++impossible;
        REQUIRE(times == 0);
      }
    }
  }
  CHECK(acknowledged > 5000);
  CHECK(unknown > 100);
  CHECK(impossible > 100);
}

} // namespace hamok::state_test
