// hamok_bench: latency and throughput of sets on three processes, beside raw TCP on this machine.

#include "hamok/cli/free_ports.hpp"
#include "hamok/tests/bench/member.hpp"
#include "hamok/tests/bench/member_process.hpp"
#include "hamok/tests/bench/report.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace {

using namespace hamok::bench;
using namespace std::chrono_literals;

constexpr const char* help_text = R"(hamok_bench [--quick] [--json]

  --quick          2 s for each measurement instead of 10 s
  --seconds=N      N s for each measurement
  --json           output for machines
)";

/// Three members in processes of their own.
class bench_cluster {
public:
  bench_cluster() {
    std::vector<std::string> members;
    for (const auto port : hamok::cli::free_ports(3)) {
      names_.push_back("member-" + std::to_string(names_.size() + 1));
      members.push_back(names_.back() + "@127.0.0.1:" + std::to_string(port));
    }
    const auto log = std::filesystem::temp_directory_path()
                     / ("hamok-bench-" + std::to_string(getpid()) + ".log");
    for (const auto& name : names_)
      processes_.emplace_back(name, members, log.string());
    for (std::size_t i = 0; i < processes_.size(); ++i)
      if (processes_[i].ask("ready")["leader"] == true)
        leader_ = i;
    std::filesystem::remove(log);
  }

  /// The leader's process first.
  [[nodiscard]] std::vector<usage> usages() {
    std::vector<usage> result;
    for (std::size_t i = 0; i < processes_.size(); ++i) {
      const auto which = (leader_ + i) % processes_.size();
      const auto told = processes_[which].ask("usage");
      result.push_back({names_[which], told["cpu_seconds"], told["resident_mib"]});
    }
    return result;
  }

  /// `distance` 0: the load comes from the leader's process; else from a follower's.
  measurement measure(std::size_t distance, std::size_t in_flight, std::chrono::milliseconds span) {
    measurement result;
    result.through = distance == 0 ? "leader" : "follower";
    result.in_flight = in_flight;
    result.raw_tcp = measure_raw_tcp(500ms);
    const auto before = usages();
    auto& loaded = processes_[(leader_ + distance) % processes_.size()];
    const auto told = loaded.ask(
        "measure " + std::to_string(in_flight) + " " + std::to_string(span.count()), span + 30s);
    result.processes = usages();
    for (std::size_t i = 0; i < before.size(); ++i)
      result.processes[i].cpu_seconds -= before[i].cpu_seconds;
    result.sets = told["sets"];
    result.errors = told["errors"];
    result.seconds = told["seconds"];
    result.p50_us = told["p50_us"];
    result.p99_us = told["p99_us"];
    return result;
  }

private:
  std::vector<std::string> names_;
  std::vector<member_process> processes_;
  std::size_t leader_ = 0;
};

struct load {
  std::size_t distance;
  std::size_t in_flight;
};

constexpr load loads[] = {{0, 1}, {0, 64}, {0, 256}, {0, 1024}, {1, 1}, {1, 1024}};

struct options {
  std::chrono::seconds span{10};
  bool json = false;
  bool help = false;
};

options parse(const std::vector<std::string>& words) {
  options result;
  for (const auto& word : words) {
    if (word == "--quick")
      result.span = 2s;
    else if (word == "--json")
      result.json = true;
    else if (word == "--help" || word == "-h")
      result.help = true;
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
  bench_cluster cluster;
  std::vector<measurement> all;
  for (const auto& next : loads) {
    if (!chosen.json)
      std::cerr << "measuring " << next.in_flight << " in flight through the "
                << (next.distance == 0 ? "leader" : "follower") << "...\n";
    all.push_back(cluster.measure(next.distance, next.in_flight, chosen.span));
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
