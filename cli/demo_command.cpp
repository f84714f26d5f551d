// `hamok demo`: what ./dev demo shows. Three processes replicate real files, and every other kind
// of collection works on them; then, five times, the leader of a fresh cluster is killed under a
// running writer, and five times it is stopped; at last members come and go.

#include "hamok/cli/arguments.hpp"
#include "hamok/cli/command.hpp"
#include "hamok/cli/demo_cluster.hpp"
#include "hamok/cli/demo_collections.hpp"
#include "hamok/cli/demo_members.hpp"
#include "hamok/cli/demo_steps.hpp"
#include "hamok/cli/demo_writer.hpp"
#include "hamok/cli/json_output.hpp"
#include "hamok/cli/load_file.hpp"
#include "hamok/cli/map_client.hpp"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <optional>
#include <random>
#include <stdexcept>
#include <thread>

namespace hamok::cli {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t member_count = 3;

/// What is aimed at, as medians: writes go on so soon when the leader has ended.
constexpr double kill_limit_ms = 50;
constexpr double stop_limit_ms = 20;

// -- the first part: real files on three members --------------------------------------------------

struct source {
  const char* map;
  const char* file;
  const char* sample;
};

constexpr source sources[] = {
    {"countries", "/usr/share/iso-codes/json/iso_3166-1.json", "DE"},
    {"languages", "/usr/share/iso-codes/json/iso_639-3.json", "eng"},
};

/// Loads the file through a member; the number of its entries.
std::size_t load(const demo_cluster& cluster, std::size_t through, const source& from) {
  constexpr std::size_t most = 500;
  const auto start = steady_clock::now();
  const auto file = load_file(from.file, {});
  auto via = cluster.client_of(through);
  map_client map{via, from.map};
  must(map.open(), "cannot create a map");
  for (std::size_t done = 0; done < file.entries.size();) {
    const auto batch = next_batch(file.entries, done, most);
    must(map.set_all(batch), "cannot load");
    done += batch.size();
  }
  std::cout << "  " << from.file << "\n    " << file.entries.size() << " entries by '" << file.key
            << "' into map '" << from.map << "' through " << cluster.name(through) << " in "
            << milliseconds_since(start) << " ms\n";
  return file.entries.size();
}

bool show_digests(const demo_cluster& cluster, const source& from, std::size_t expected) {
  const auto statuses = cluster.digests(from.map);
  for (std::size_t i = 0; i < statuses.size(); ++i)
    std::cout << "  " << std::left << std::setw(10) << from.map << ' ' << cluster.name(i) << "  "
              << std::right << std::setw(6) << statuses[i].size << " entries  digest "
              << hex(statuses[i].content_digest()) << '\n';
  const auto fine = all_equal(statuses) && statuses[0].size == expected;
  if (!fine)
    std::cout << "  MISMATCH: the members do not hold the " << expected << " entries alike\n";
  return fine;
}

bool show_replication(const std::filesystem::path& folder) {
  std::cout << "1. Three processes on loopback\n";
  const demo_redis storage{folder / "redis"};
  const auto start = steady_clock::now();
  const demo_cluster cluster{folder / "files", member_count, collection_arguments(storage)};
  const auto leader = cluster.await_leader();
  for (std::size_t i = 0; i < cluster.size(); ++i)
    std::cout << "  " << cluster.name(i) << "  " << cluster.endpoint(i)
              << (i == leader ? "  leader" : "") << '\n';
  std::cout << "  started and elected in " << milliseconds_since(start) << " ms\n\n";

  const auto through = (leader + 1) % cluster.size();
  const auto reader = (leader + 2) % cluster.size();
  std::cout << "2. Two files, loaded through one member (a follower)\n";
  std::vector<std::size_t> sizes;
  for (const auto& from : sources)
    sizes.push_back(load(cluster, through, from));
  std::cout << "\n3. What each member holds\n";
  bool fine = true;
  for (std::size_t i = 0; i < sizes.size(); ++i)
    fine = show_digests(cluster, sources[i], sizes[i]) && fine;
  std::cout << "\n4. Reading through another member, " << cluster.name(reader) << '\n';
  auto via = cluster.client_of(reader);
  for (const auto& from : sources) {
    const auto value = must(map_client{via, from.map}.get(from.sample), "cannot read");
    std::cout << "  " << from.map << "[\"" << from.sample << "\"] = " << value.value_or("MISSING")
              << '\n';
    fine = fine && value.has_value();
  }
  std::cout << '\n';
  return show_collections(cluster, through, folder, storage) && fine;
}

// -- the second part: the leader ends under a running writer --------------------------------------

/// How it ends.
enum class ending {
  kill, ///< -9
  stop, ///< SIGTERM, in order
};

/// What one round has shown.
struct round_result {
  std::string ended;
  std::string successor;
  std::size_t acknowledged = 0;
  std::size_t before = 0;
  double refused_ms = 0;
  std::vector<std::string> mismatches;
};

round_result run_round(const std::filesystem::path& folder, ending how) {
  demo_cluster cluster{folder, member_count};
  const auto leader = cluster.await_leader();
  demo_writer writer{cluster};
  if (!writer.await(200))
    throw std::runtime_error("the writer does not get on");
  // At any moment within a heartbeat interval, not always at the same one.
  std::mt19937 random{std::random_device{}()};
  std::this_thread::sleep_for(
      std::chrono::microseconds{std::uniform_int_distribution<int>{0, 300'000}(random)});
  const auto ended_at = steady_clock::now();
  if (how == ending::kill)
    cluster.kill(leader);
  else
    cluster.stop(leader);
  const auto goes_on = writer.await(200);
  round_result result;
  if (how == ending::stop && cluster.await_end(leader) != 0)
    result.mismatches.emplace_back("the stopped member did not end well");
  writer.stop();

  result.ended = cluster.name(leader);
  result.acknowledged = writer.acknowledged().size();
  for (const auto& each : writer.acknowledged())
    result.before += each.acknowledged <= ended_at ? 1 : 0;
  result.refused_ms = milliseconds(how == ending::kill ? writer.first_after(ended_at)
                                                       : writer.longest_gap(ended_at));
  if (!goes_on || result.refused_ms < 0)
    result.mismatches.emplace_back("no write was acknowledged in 30 s after it");
  result.successor = cluster.name(cluster.await_leader());
  for (const auto& error : writer.errors())
    result.mismatches.push_back("the writer was told: " + error);
  if (!all_equal(cluster.digests(demo_writer::map_name)))
    result.mismatches.emplace_back("the survivors' digests differ");
  for (const auto i : cluster.running()) {
    auto member = cluster.client_of(i);
    for (const auto& wrong : writer.mismatches(member))
      result.mismatches.push_back(cluster.name(i) + ": " + wrong);
  }
  return result;
}

void show_head() {
  std::cout << "  round  ended      new leader  acknowledged before/after  writes refused for  "
               "lost  digests\n";
}

void show(std::size_t number, const round_result& round) {
  const auto fine = round.mismatches.empty();
  std::cout << "  " << std::setw(5) << number << "  " << std::left << std::setw(9) << round.ended
            << "  " << std::setw(10) << round.successor << std::right << "  " << std::setw(16)
            << round.before << " / " << std::setw(6) << round.acknowledged - round.before
            << std::setw(18) << round.refused_ms << " ms  "
            << (fine ? "   0  equal" : "   MISMATCH") << '\n';
  constexpr std::size_t shown = 10;
  for (std::size_t i = 0; i < std::min(shown, round.mismatches.size()); ++i)
    std::cout << "         MISMATCH: " << round.mismatches[i] << '\n';
}

bool show_failover(const std::filesystem::path& folder, std::size_t rounds, ending how) {
  const auto kill = how == ending::kill;
  std::cout << (kill ? "6. The leader is killed with -9" : "7. The leader is stopped in order")
            << " under a running writer, with a fresh cluster each round\n";
  show_head();
  bool fine = true;
  std::vector<double> times;
  for (std::size_t i = 1; i <= rounds; ++i) {
    const auto round = run_round(folder / ((kill ? "kill-" : "stop-") + std::to_string(i)), how);
    show(i, round);
    std::cout.flush();
    fine = fine && round.mismatches.empty();
    times.push_back(round.refused_ms);
  }
  std::sort(times.begin(), times.end());
  const auto median = times[times.size() / 2];
  const auto limit = kill ? kill_limit_ms : stop_limit_ms;
  std::cout << "\n  median " << median << " ms, longest " << times.back()
            << (kill ? " ms from the kill to the first acknowledged write that was begun after it"
                     : " ms between two acknowledged writes from the signal on")
            << "\n  the median is " << (median <= limit ? "within" : "OVER") << " the limit of "
            << limit << " ms" << (median <= limit ? "" : "; a loaded machine takes longer")
            << "\n\n";
  return fine;
}

} // namespace

int demo_command(const word_list& words) {
  const arguments given{words, {.with_value = {"rounds", "folder"}, .flags = {}}};
  const auto rounds = static_cast<std::size_t>(given.number("rounds", 5, 1, 1000));
  const std::filesystem::path folder = given.last("folder").value_or(
      (std::filesystem::temp_directory_path() / "hamok-demo").string());
  std::cout << std::fixed << std::setprecision(1);
  const auto replicated = show_replication(folder);
  const auto killed = show_failover(folder, rounds, ending::kill);
  const auto stopped = show_failover(folder, rounds, ending::stop);
  const auto moved = show_members(folder / "members");
  const auto fine = replicated && killed && stopped && moved;
  std::cout << (fine ? "All members held the same, and no acknowledged write was lost.\n"
                     : "MISMATCH: see above.\n");
  return fine ? exit_ok : exit_failed;
}

} // namespace hamok::cli
