#include "hamok/tests/bench/soak.hpp"

#include "hamok/tests/bench/bench_cluster.hpp"
#include "hamok/tests/bench/generator.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <future>
#include <iomanip>
#include <iostream>
#include <numeric>
#include <string>

namespace hamok::bench {

namespace {

using std::chrono::steady_clock;

constexpr double mib = 1024.0 * 1024.0;

double resident(pid_t process) {
  double total = 0;
  double pages = 0;
  std::ifstream{"/proc/" + std::to_string(process) + "/statm"} >> total >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double mean(const double* first, const double* last) {
  return first == last ? 0 : std::accumulate(first, last, 0.0) / static_cast<double>(last - first);
}

double highest(const memory_course& course) {
  return course.empty() ? 0 : *std::max_element(course.begin(), course.end());
}

void print_row(std::chrono::seconds at, const std::vector<memory_course>& courses) {
  std::cout << std::setw(8) << at.count() << " s";
  for (const auto& course : courses)
    std::cout << std::setw(14) << course.back() / mib;
  std::cout << std::endl;
}

/// Looks at the members each second until the load has ended.
std::vector<memory_course> watch(const bench_cluster& cluster, const soak_options& options,
                                 const std::future<nlohmann::json>& load) {
  std::vector<memory_course> courses(cluster.size());
  const auto start = steady_clock::now();
  auto next = start;
  auto reported = std::chrono::seconds{0};
  for (auto running = true; running;) {
    next += std::chrono::seconds{1};
    running = load.wait_until(next) != std::future_status::ready;
    for (std::size_t i = 0; i < courses.size(); ++i)
      courses[i].push_back(resident(cluster.pid(i)));
    const auto at = std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - start);
    if (at - reported >= options.report || !running) {
      reported = at;
      print_row(at, courses);
    }
  }
  return courses;
}

bool judge(const std::vector<memory_course>& courses, double bound) {
  auto fine = true;
  for (std::size_t i = 0; i < courses.size(); ++i) {
    const auto& course = courses[i];
    const auto usual = mean(course.data() + course.size() / 2, course.data() + course.size());
    const auto grown = growth(course);
    const auto flat = grown <= std::max(usual / 100, 2 * mib);
    const auto within = highest(course) <= bound;
    std::cout << "member " << i + 1 << ": at the most " << highest(course) / mib << " MiB, "
              << (within ? "within" : "BEYOND") << " the bound of " << bound / mib << " MiB; "
              << (flat ? "flat" : "NOT FLAT") << " in the second half (" << grown / mib
              << " MiB more)\n";
    fine = fine && flat && within;
  }
  return fine;
}

} // namespace

double memory_bound(const soak_options& options) {
  const auto data = static_cast<double>(options.keys * (key_bytes + value_bytes));
  return 1.5 * data + 2.0 * static_cast<double>(options.log_max_bytes) + 60e6;
}

double growth(const memory_course& course) {
  const auto* first = course.data() + course.size() / 2;
  const auto* last = course.data() + course.size();
  const auto count = static_cast<double>(last - first);
  if (count < 2)
    return 0;
  const auto middle = (count - 1) / 2;
  const auto usual = mean(first, last);
  double above = 0;
  double below = 0;
  for (double at = 0; first != last; ++first, ++at) {
    above += (at - middle) * (*first - usual);
    below += (at - middle) * (at - middle);
  }
  return above / below * (count - 1);
}

int run_soak(const soak_options& options) {
  std::cout << std::fixed << std::setprecision(1) << options.sets << " sets under " << options.keys
            << " keys, log_max_bytes " << static_cast<double>(options.log_max_bytes) / mib
            << " MiB\n\nresident MiB  leader first\n";
  bench_cluster cluster{{"--log-max-bytes=" + std::to_string(options.log_max_bytes)}};
  const auto command = "load " + std::to_string(options.in_flight) + " "
                       + std::to_string(options.sets) + " " + std::to_string(options.keys);
  auto load = std::async(std::launch::async,
                         [&] { return cluster.process(0).ask(command, std::chrono::hours{24}); });
  const auto courses = watch(cluster, options, load);
  const auto told = load.get();
  std::cout << '\n'
            << told["sets"] << " sets in " << told["seconds"].get<double>() << " s, "
            << told["errors"] << " errors\n";
  const auto fine = judge(courses, memory_bound(options));
  return fine && told["errors"] == 0 ? 0 : 1;
}

} // namespace hamok::bench
