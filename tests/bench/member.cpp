#include "hamok/tests/bench/member.hpp"

#include "hamok/actors/plugin.hpp"
#include "hamok/tests/bench/generator.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>

#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace hamok::bench {

namespace {

using nlohmann::json;

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

json own_usage() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  std::ifstream{"/proc/self/statm"} >> total >> resident;
  return {{"cpu_seconds", seconds(used.ru_utime) + seconds(used.ru_stime)},
          {"resident_mib", static_cast<double>(resident)
                               * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1024.0 * 1024.0)}};
}

template <class T>
T must(caf::expected<T> value, const char* what) {
  if (!value)
    throw std::runtime_error(std::string{what} + ": " + to_string(value.error()));
  return std::move(*value);
}

/// A log that is compacted has a limit; until there is compaction, nobody can set one.
template <class Config>
void limit_log(Config& config, std::size_t bytes) {
  if constexpr (requires { config.log_max_bytes; })
    config.log_max_bytes = bytes;
  else
    throw std::runtime_error("this library does not compact its log: there is no limit of "
                             + std::to_string(bytes) + " bytes to set");
}

class session {
public:
  session(caf::actor_system& system, node_config config)
      : system_(system),
        node_(must(spawn_node(system, std::move(config)), "spawn_node")),
        map_(must(open_map<std::string, std::string>(node_, "bench"), "open_map")) {}

  json answer(const std::string& line) {
    std::istringstream words{line};
    std::string command;
    words >> command;
    if (command == "ready")
      return ready();
    if (command == "usage")
      return own_usage();
    if (command == "measure") {
      std::size_t in_flight = 0;
      long span = 0;
      words >> in_flight >> span;
      return measure(in_flight, std::chrono::milliseconds{span});
    }
    if (command == "load") {
      std::size_t in_flight = 0;
      std::uint64_t sets = 0;
      std::uint64_t keys = 0;
      words >> in_flight >> sets >> keys;
      const auto result = generate_sets(system_, map_, in_flight, sets, keys).get();
      return {{"sets", result.sets}, {"errors", result.errors}, {"seconds", result.seconds}};
    }
    throw std::runtime_error("unknown command " + command);
  }

private:
  json ready() {
    must(node_.wait_until_leader(std::chrono::seconds{20}), "no leader");
    must(map_.await_ready(std::chrono::seconds{20}), "no map");
    return {{"leader", node_.leader()}};
  }

  json measure(std::size_t in_flight, std::chrono::milliseconds span) {
    auto result = generate(system_, map_, in_flight, span).get();
    return {{"sets", result.sets},
            {"errors", result.errors},
            {"seconds", result.seconds},
            {"p50_us", result.latencies.quantile_us(0.5)},
            {"p99_us", result.latencies.quantile_us(0.99)}};
  }

  caf::actor_system& system_;
  node node_;
  bench_map map_;
};

} // namespace

int run_member(const std::string& peer_id, const std::vector<std::string>& members) {
  init();
  caf::actor_system_config options;
  options.load<caf::io::middleman>();
  options.set("caf.scheduler.policy", "sharing"); // as `hamok node` does
  caf::actor_system system{options};
  node_config config;
  config.peer_id = peer_id;
  constexpr std::string_view limit = "--log-max-bytes=";
  for (const auto& text : members)
    if (text.starts_with(limit))
      limit_log(config, std::stoull(text.substr(limit.size())));
    else if (auto member = parse_initial_member(text))
      config.initial_members.push_back(*member);
  session running{system, std::move(config)};
  for (std::string line; std::getline(std::cin, line);)
    std::cout << running.answer(line).dump() << std::endl;
  return 0;
}

} // namespace hamok::bench
