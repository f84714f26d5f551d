// hamok_bench: latency and throughput of sets on three processes, beside raw TCP on this machine;
// and what collections take of memory.

#include "hamok/tests/bench/bench_cluster.hpp"
#include "hamok/tests/bench/member.hpp"
#include "hamok/tests/bench/memory.hpp"
#include "hamok/tests/bench/report.hpp"
#include "hamok/tests/bench/soak.hpp"

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

namespace {

using namespace hamok::bench;
using namespace std::chrono_literals;

constexpr const char* help_text = R"(hamok_bench [--quick] [--json]

  --quick          2 s for each measurement instead of 10 s
  --seconds=N      N s for each measurement
  --json           output for machines

hamok_bench --soak [--sets=20000000] [--keys=100000] [--log-max-bytes=67108864] [--report=60]

  Three members whose logs are compacted take so many sets. Prints the resident memory of each every
  minute (or so many seconds), and fails when it does not stay within
  1.5 x data + 2 x log-max-bytes + 60 MB, or grows in the second half.

hamok_bench --memory [--maps=10000] [--entries=5000000] [--json]

  Memory of one empty collection of each kind (of a tenth as many but for maps), and of one entry of
  a large map.
)";

/// `distance` 0: the load comes from the leader's process; else from a follower's.
measurement measure(bench_cluster& cluster, std::size_t distance, std::size_t in_flight,
                    std::chrono::milliseconds span) {
  measurement result;
  result.through = distance == 0 ? "leader" : "follower";
  result.in_flight = in_flight;
  result.raw_tcp = measure_raw_tcp(500ms);
  const auto before = cluster.usages();
  const auto told = cluster.process(distance).ask(
      "measure " + std::to_string(in_flight) + " " + std::to_string(span.count()), span + 30s);
  result.processes = cluster.usages();
  for (std::size_t i = 0; i < before.size(); ++i)
    result.processes[i].cpu_seconds -= before[i].cpu_seconds;
  result.sets = told["sets"];
  result.errors = told["errors"];
  result.seconds = told["seconds"];
  result.p50_us = told["p50_us"];
  result.p99_us = told["p99_us"];
  return result;
}

struct load {
  std::size_t distance;
  std::size_t in_flight;
};

constexpr load loads[] = {{0, 1}, {0, 64}, {0, 256}, {0, 1024}, {1, 1}, {1, 1024}};

struct options {
  std::chrono::seconds span{10};
  bool json = false;
  bool soak = false;
  soak_options soaking;
  bool memory = false;
  memory_options remembering;
  bool help = false;
};

/// The number behind `name` in `--name=number`.
template <class T>
bool take(const std::string& word, std::string_view name, T& value) {
  if (!word.starts_with(name))
    return false;
  const auto* end = word.data() + word.size();
  const auto [stop, code] = std::from_chars(word.data() + name.size(), end, value);
  return code == std::errc{} && stop == end && value > 0;
}

bool take_soak(const std::string& word, options& result) {
  auto seconds = result.soaking.report.count();
  const auto known = take(word, "--sets=", result.soaking.sets)
                     || take(word, "--keys=", result.soaking.keys)
                     || take(word, "--log-max-bytes=", result.soaking.log_max_bytes)
                     || take(word, "--report=", seconds);
  result.soaking.report = std::chrono::seconds{seconds};
  return known;
}

bool take_memory(const std::string& word, options& result) {
  return take(word, "--maps=", result.remembering.maps)
         || take(word, "--entries=", result.remembering.entries);
}

options parse(const std::vector<std::string>& words) {
  options result;
  for (const auto& word : words) {
    if (word == "--quick")
      result.span = 2s;
    else if (word == "--json")
      result.json = true;
    else if (word == "--help" || word == "-h")
      result.help = true;
    else if (word == "--soak")
      result.soak = true;
    else if (word == "--memory")
      result.memory = true;
    else if (take_soak(word, result) || take_memory(word, result))
      continue;
    else if (word.starts_with("--seconds=") && std::atoi(word.c_str() + 10) > 0)
      result.span = std::chrono::seconds{std::atoi(word.c_str() + 10)};
    else
      throw std::runtime_error("'" + word + "' is not understood\n" + help_text);
  }
  return result;
}

int run(const options& chosen) {
  if (chosen.help) {
    std::cout << help_text;
    return 0;
  }
  if (chosen.soak)
    return run_soak(chosen.soaking);
  if (chosen.memory) {
    auto how = chosen.remembering;
    how.json = chosen.json;
    return run_memory(how);
  }
  bench_cluster cluster;
  std::vector<measurement> all;
  for (const auto& next : loads) {
    if (!chosen.json)
      std::cerr << "measuring " << next.in_flight << " in flight through the "
                << (next.distance == 0 ? "leader" : "follower") << "...\n";
    all.push_back(measure(cluster, next.distance, next.in_flight, chosen.span));
  }
  if (chosen.json)
    std::cout << to_json(all).dump(2) << '\n';
  else
    print_table(std::cout, all);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    if (words.size() > 2 && words[0] == "--member")
      return run_member(words[1], {words.begin() + 2, words.end()});
    return run(parse(words));
  } catch (const std::exception& wrong) {
    std::cerr << "hamok_bench: " << wrong.what() << '\n';
    return 1;
  }
}
