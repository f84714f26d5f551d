// Runs the scenarios of tests/testdata: each file is one test. With HAMOK_REWRITE=1 in the
// environment, the expectations are written anew; then read the difference as you would read code.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/script/interpreter.hpp"
#include "hamok/tests/script/scenario.hpp"

#include <cstdlib>
#include <filesystem>
#include <set>
#include <stdexcept>

#ifndef HAMOK_TESTDATA_DIR
#define HAMOK_TESTDATA_DIR ""
#endif

namespace {

using namespace hamok::script;

std::filesystem::path folder() {
  const std::filesystem::path given{HAMOK_TESTDATA_DIR};
  return given.empty() ? std::filesystem::path{__FILE__}.parent_path().parent_path() / "testdata"
                       : given;
}

/// The names that some test below has claimed.
std::set<std::string>& claimed() {
  static std::set<std::string> names;
  return names;
}

struct claim {
  explicit claim(const char* name) { claimed().insert(name); }
};

bool rewriting() {
  const char* value = std::getenv("HAMOK_REWRITE");
  return value != nullptr && std::string{value} == "1";
}

std::string run_block(interpreter& target, const std::string& file, const command_block& block) {
  std::string result;
  for (std::size_t i = 0; i < block.commands.size(); ++i)
    try {
      result += target.run(block.commands[i]);
    } catch (const std::exception& error) {
      throw std::runtime_error(file + ":" + std::to_string(block.line + i) + ": "
                               + block.commands[i] + ": " + error.what());
    }
  return result;
}

void run_scenario(const std::string& name) {
  const auto file = folder() / (name + ".txt");
  auto pieces = read_scenario(file);
  REQUIRE_FALSE(pieces.empty());
  // A scenario begins with what it shows.
  REQUIRE_FALSE(pieces.front().comments.empty());
  interpreter target;
  for (auto& piece : pieces) {
    if (piece.block.commands.empty())
      continue;
    const auto printed = run_block(target, file.filename().string(), piece.block);
    if (rewriting()) {
      piece.block.expected = printed;
      continue;
    }
    INFO(file.filename().string() << ":" << piece.block.line << ": "
                                  << piece.block.commands.front());
    REQUIRE(printed == piece.block.expected);
  }
  if (rewriting())
    write_scenario(file, pieces);
}

} // namespace

#define HAMOK_SCENARIO(name, sentence)                                                             \
  static const claim claim_of_##name{#name};                                                       \
  TEST_CASE(sentence) {                                                                            \
    run_scenario(#name);                                                                           \
  }

HAMOK_SCENARIO(first_election,
               "three members that have never run elect a leader and commit its first entry (5.2)")
HAMOK_SCENARIO(split_vote,
               "a split vote ends early and is followed by a round that somebody wins (5.2)")
HAMOK_SCENARIO(figure_7,
               "a leader brings the logs (a) to (f) of figure 7 in line with its own (5.3)")
HAMOK_SCENARIO(
    figure_8,
    "an entry of an old term on a majority is not committed and may be lost (5.4.2, figure 8)")
HAMOK_SCENARIO(
    figure_8_e,
    "an entry of the leader's own term commits the old ones for good (5.4.2, figure 8 e)")
HAMOK_SCENARIO(stale_leader,
               "a stale leader that comes back steps down and is overwritten (5.1, 5.3)")
HAMOK_SCENARIO(pipelined_loss,
               "the loss of one of several appends on the way is found and repaired (5.3)")
HAMOK_SCENARIO(lost_tail, "the loss of the last append is found by the next heartbeat (5.3)")
HAMOK_SCENARIO(reordered_appends, "appends that overtake each other end in the same log (5.3)")
HAMOK_SCENARIO(reordered_acks,
               "acknowledgements that overtake each other never take anything back (5.3)")
HAMOK_SCENARIO(stale_tail, "entries of another history are not committed by a heartbeat (5.3)")
HAMOK_SCENARIO(duplicated_append,
               "an append that arrives again, even much later, has no second effect (5.3)")
HAMOK_SCENARIO(interrupted_conflict,
               "a crash in the middle of a truncation leaves the old log or the new one (5.3)")
HAMOK_SCENARIO(conflict_hints,
               "conflict hints cross several terms in a few round trips (end of 5.3)")
HAMOK_SCENARIO(consensus_07_commit_own_term,
               "a leader commits an old term's entry only through its own term's (5.4.2)")
HAMOK_SCENARIO(partitioned_pre_vote,
               "a member that was cut off does not disturb the others (thesis, 9.6)")
HAMOK_SCENARIO(
    sticky_voters,
    "a loyal voter refuses and answers again when its leader's link falls (thesis, 4.2.3)")
HAMOK_SCENARIO(transfer, "a leader can ask another member to take over at once (thesis, 3.10)")
HAMOK_SCENARIO(consensus_02_link_down,
               "a killed leader is replaced as soon as its links fall (consensus.md, 2)")
HAMOK_SCENARIO(other_link_down, "the fall of any other link triggers nothing (consensus.md, 2)")
HAMOK_SCENARIO(check_quorum, "a leader that hears no quorum steps down (thesis, 6.2)")
HAMOK_SCENARIO(split_vote_of_two,
               "two that are left of three do not wait for the dead one's vote (consensus.md, 1)")
HAMOK_SCENARIO(consensus_01_round_without_answers,
               "a round that nobody answers ends long before its candidacy (consensus.md, 1)")
HAMOK_SCENARIO(lost_round,
               "a candidate that cannot win ends its round and pauses (consensus.md, 1)")
HAMOK_SCENARIO(
    late_ack,
    "an acknowledgement is dropped when the term moves on before it is durable (figure 2)")
HAMOK_SCENARIO(vote_durable, "a vote is neither sent nor asked for before it is durable (figure 2)")
HAMOK_SCENARIO(unsynced_crash,
               "what a follower had not synced is gone after a crash and comes again (figure 2)")
HAMOK_SCENARIO(restart, "term, vote and log survive a restart (figure 2)")
HAMOK_SCENARIO(slow_leader_disk,
               "the others commit without a leader whose disk is slow (thesis, 10.2.1)")
HAMOK_SCENARIO(busy_follower_disk,
               "a follower with a busy disk answers heartbeats with what is durable (figure 2)")
HAMOK_SCENARIO(window_full,
               "a slow follower gets no more than its window, and goes on later (thesis, 10.2.1)")
HAMOK_SCENARIO(only_follower, "an only_follower member votes and never campaigns (consensus.md, 6)")
HAMOK_SCENARIO(learner, "a learner receives the log and counts for nothing (thesis, 4.2.1)")
HAMOK_SCENARIO(single_member,
               "a cluster of one elects itself and commits what is on its disk (5.2, 5.3)")
HAMOK_SCENARIO(overloaded,
               "a leader refuses proposals while too much is uncommitted (architecture, rule 3)")
HAMOK_SCENARIO(apply_window,
               "committed entries are given out only so far ahead (architecture, rule 3)")
HAMOK_SCENARIO(
    consensus_04_new_life,
    "a member that has forgotten everything comes back as another life (consensus.md, 4)")
HAMOK_SCENARIO(consensus_04_old_life_linked,
               "a life whose link is up is not replaced (consensus.md, 4)")
HAMOK_SCENARIO(consensus_04_retired, "a life that was removed never comes back (consensus.md, 4)")
HAMOK_SCENARIO(consensus_06_add,
               "a new member learns, catches up and becomes a voter (thesis, 4.2.1)")
HAMOK_SCENARIO(consensus_06_two_joiners,
               "two that join at once become voters one after the other (consensus.md, 6)")
HAMOK_SCENARIO(consensus_06_remove_leader,
               "a leader that removes itself leads until that is committed (thesis, 4.2.2)")
HAMOK_SCENARIO(consensus_06_remove_leader_of_two,
               "a removed leader with the only log that wins campaigns for others (figure 4.6)")
HAMOK_SCENARIO(consensus_06_joint_recovered,
               "a new leader brings a joint configuration to its end (thesis, 4.3)")
HAMOK_SCENARIO(consensus_06_reverted,
               "a configuration that is overwritten is not in force any more (thesis, 4.1)")
HAMOK_SCENARIO(consensus_06_learner_behind,
               "a learner that lacks entries is no voter yet (thesis, 4.2.1)")
HAMOK_SCENARIO(consensus_06_removed_is_told,
               "a removed member hears of it, and is heard no more (thesis, 4.2.3)")
HAMOK_SCENARIO(consensus_07_not_ready,
               "no change before an entry of the own term is committed (consensus.md, 7)")
HAMOK_SCENARIO(consensus_16_transfer_against_stickiness,
               "loyal voters let a leader go that hands over (thesis, 3.10)")
HAMOK_SCENARIO(
    consensus_16_transfer_against_link_down,
    "the fall of the old leader's link after a transfer triggers nothing (consensus.md, 16)")
HAMOK_SCENARIO(consensus_16_transfer_beside_link_down,
               "a link falls while leadership is handed over, and one leader comes of it "
               "(consensus.md, 16)")
HAMOK_SCENARIO(consensus_16_transfer_target_dies,
               "a transfer to a member that dies ends, and the leader goes on (thesis, 3.10)")
HAMOK_SCENARIO(
    consensus_16_transfer_with_change,
    "a change of the members waits for a transfer and goes on behind it (consensus.md, 16)")
HAMOK_SCENARIO(install_chunks,
               "a member that lacks what was dropped is sent a snapshot in chunks (figure 13)")
HAMOK_SCENARIO(install_lost_chunk,
               "the loss of a chunk is found by the next heartbeat (thesis, 5.2)")
HAMOK_SCENARIO(install_leader_change,
               "a new leader begins with a snapshot of its own, and none is mixed (thesis, 5.2)")
HAMOK_SCENARIO(install_resumed,
               "a new leader goes on with a snapshot that is the same as its own (thesis, 5.2)")
HAMOK_SCENARIO(install_overtaken, "entries that overtake a snapshot make it needless (figure 13)")
HAMOK_SCENARIO(install_stale_configuration,
               "an installed snapshot brings its members, whatever the log had (figure 13)")
HAMOK_SCENARIO(compaction_keeps_live,
               "a leader keeps what a follower that is heard still needs (thesis, 5.1.3)")
HAMOK_SCENARIO(compaction_bound,
               "a follower that is too slow is waited for within bounds (thesis, 5.1.3)")
HAMOK_SCENARIO(snapshot_boundary,
               "a log begins behind the members and the term of its last dropped entry (5.1)")
HAMOK_SCENARIO(restart_with_snapshot,
               "a member begins with what it has saved, and its log goes on behind it (thesis, 5)")
HAMOK_SCENARIO(strangers,
               "malformed messages and those of strangers are dropped (architecture, rule 6)")

TEST_CASE("no scenario of the folder is left out") {
  std::set<std::string> found;
  for (const auto& item : std::filesystem::directory_iterator{folder()})
    if (item.path().extension() == ".txt")
      found.insert(item.path().stem().string());
  CHECK(found == claimed());
}

TEST_CASE("a scenario that is read and written is the same file") {
  for (const auto& name : claimed()) {
    const auto copy = std::filesystem::temp_directory_path() / ("hamok-script-" + name + ".txt");
    const auto pieces = read_scenario(folder() / (name + ".txt"));
    write_scenario(copy, pieces);
    const auto again = read_scenario(copy);
    std::filesystem::remove(copy);
    REQUIRE(again.size() == pieces.size());
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      CHECK(again[i].comments == pieces[i].comments);
      CHECK(again[i].block.commands == pieces[i].block.commands);
      CHECK(again[i].block.expected == pieces[i].block.expected);
    }
  }
}
