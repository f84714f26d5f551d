#include "hamok/tests/bench/memory.hpp"

#include "hamok/actors/plugin.hpp"
#include "hamok/collections/json_record.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>

#include <malloc.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace hamok::bench {

namespace {

using std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds{60};
constexpr std::size_t key_size = 16;
constexpr std::size_t value_sizes[] = {16, 256};
constexpr std::size_t batch_size = 1000;
constexpr std::size_t batches_in_flight = 8;

template <class T>
T must(caf::expected<T> value, const char* what) {
  if (!value)
    throw std::runtime_error(std::string{what} + ": " + to_string(value.error()));
  return std::move(*value);
}

/// What the process has in memory, without what its allocator could give back.
double resident_bytes() {
  malloc_trim(0);
  double total = 0;
  double pages = 0;
  std::ifstream{"/proc/self/statm"} >> total >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double seconds_since(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

/// A member that is its cluster alone, with a short log: what is measured is the content.
class lone_member {
public:
  lone_member() {
    init();
    settings_.load<caf::io::middleman>();
    settings_.set("caf.scheduler.policy", "sharing"); // as `hamok node` does
    system_ = std::make_unique<caf::actor_system>(settings_);
    node_config config;
    config.peer_id = "alone";
    config.log_max_bytes = std::size_t{4} << 20;
    node_ = std::make_unique<node>(must(spawn_node(*system_, std::move(config)), "spawn_node"));
    must(node_->wait_until_leader(patience), "no leader");
  }

  [[nodiscard]] node& operator*() { return *node_; }
  [[nodiscard]] node* operator->() { return node_.get(); }

private:
  caf::actor_system_config settings_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<node> node_;
};

/// What was measured of `count` things.
struct row {
  std::string what;
  std::size_t count = 0;
  double bytes = 0;       ///< for each
  double bytes_given = 0; ///< for each: what its user has put in
  double seconds = 0;     ///< for all
};

/// Empty collections, made by `create(node, name)`, which gives an expected facade.
template <class Create>
row measure_empty(const char* kind, std::size_t count, Create create) {
  lone_member member;
  must(must(create(*member, "the first"), "create").await_ready(patience), "nothing is there");
  const auto before = resident_bytes();
  const auto start = steady_clock::now();
  for (std::size_t i = 0; i < count; ++i)
    must(create(*member, "collection-" + std::to_string(i)), "create");
  const auto last = must(create(*member, "the last"), "create");
  must(last.await_ready(patience), "the last collection is not there");
  row result{std::string{"empty "} + kind, count, 0, 0, seconds_since(start)};
  result.bytes = (resident_bytes() - before) / static_cast<double>(count);
  const auto there = must(member->storages(), "storages").size();
  if (there != count + 2)
    throw std::runtime_error(std::to_string(there) + " collections are there, not "
                             + std::to_string(count + 2));
  return result;
}

row measure_maps(std::size_t count) {
  return measure_empty("map", count, [](node& member, const std::string& name) {
    return member.create_map<std::string, std::string>(name);
  });
}

row measure_records(std::size_t count) {
  return measure_empty("record", count, [](node& member, const std::string& name) {
    return member.create_record<nlohmann::json>(name);
  });
}

row measure_queues(std::size_t count) {
  return measure_empty("queue", count, [](node& member, const std::string& name) {
    return member.create_queue<std::string>(name);
  });
}

row measure_emitters(std::size_t count) {
  return measure_empty("emitter", count, [](node& member, const std::string& name) {
    return member.create_emitter<std::string>(name);
  });
}

std::string key_of(std::size_t number) {
  const auto digits = std::to_string(number);
  return std::string(key_size - digits.size(), 'k') + digits;
}

/// Entries of one map.
row measure_entries(std::size_t count, std::size_t value_size) {
  lone_member member;
  const auto map = must(member->create_map<std::string, std::string>("large"), "create");
  must(map.await_ready(patience), "the map is not there");
  const auto before = resident_bytes();
  const auto start = steady_clock::now();
  const std::string value(value_size, 'v');
  std::deque<future<std::vector<std::pair<std::string, std::string>>>> running;
  const auto finish_one = [&running] {
    must(running.front().get(), "set_all");
    running.pop_front();
  };
  for (std::size_t done = 0; done < count;) {
    std::vector<std::pair<std::string, std::string>> entries;
    for (; entries.size() < batch_size && done < count; ++done)
      entries.emplace_back(key_of(done), value);
    running.push_back(map.set_all(entries, patience));
    if (running.size() >= batches_in_flight)
      finish_one();
  }
  while (!running.empty())
    finish_one();
  row result{"entry of a map, value of " + std::to_string(value_size), count, 0,
             static_cast<double>(key_size + value_size), seconds_since(start)};
  result.bytes = (resident_bytes() - before) / static_cast<double>(count);
  if (map.size() != count || !must(map.get(key_of(count - 1)), "get"))
    throw std::runtime_error("the map does not hold what was written");
  return result;
}

void print(const row& measured, bool json) {
  if (json)
    std::cout << nlohmann::ordered_json{{"what", measured.what},
                                        {"count", measured.count},
                                        {"bytes", measured.bytes},
                                        {"bytes_given", measured.bytes_given},
                                        {"seconds", measured.seconds}}
              << std::endl;
  else
    std::cout << std::left << std::setw(32) << measured.what << std::right << std::fixed
              << std::setprecision(0) << std::setw(10) << measured.count << std::setw(12)
              << measured.bytes << std::setw(12) << measured.bytes - measured.bytes_given
              << std::setprecision(2) << std::setw(11) << measured.seconds << std::endl;
}

/// In a process of its own: what one measurement leaves behind would be taken for room by the next.
bool run_apart(const std::function<row()>& measure, bool json) {
  std::cout.flush(); // else the child has what is in the buffer, and writes it, too
  const auto child = fork();
  if (child < 0)
    throw std::runtime_error("cannot fork");
  if (child == 0) {
    int code = 1;
    try {
      print(measure(), json);
      code = 0;
    } catch (const std::exception& wrong) {
      std::cerr << "hamok_bench: " << wrong.what() << std::endl;
    }
    _exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

int run_memory(const memory_options& options) {
  if (!options.json)
    std::cout << "Memory of a member that is alone; keys have " << key_size << " bytes.\n\n"
              << "what                                 count  bytes each      beyond    seconds\n"
              << "                                                         its content\n";
  const auto some = std::max<std::size_t>(options.maps / 10, 1);
  std::vector<std::function<row()>> measurements{
      [&] { return measure_maps(options.maps); },
      [&] { return measure_records(some); },
      [&] { return measure_queues(some); },
      [&] { return measure_emitters(some); },
  };
  for (const auto size : value_sizes)
    measurements.emplace_back([&options, size] { return measure_entries(options.entries, size); });
  auto fine = true;
  for (const auto& measure : measurements)
    fine = run_apart(measure, options.json) && fine;
  return fine ? 0 : 1;
}

} // namespace hamok::bench
