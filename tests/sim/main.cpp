// hamok_sim: the consensus core in whole clusters, on virtual time, with everything going wrong
// that may go wrong, and every promise checked after every step.

#include "hamok/tests/sim/runner.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <thread>

namespace {

using namespace hamok::sim;

constexpr auto usage =
    "usage: hamok_sim [--seeds A..B] [--jobs N] [--trace] [--verbose]\n"
    "                 [--verify-determinism] [--stop-at-first]\n"
    "\n"
    "Runs simulated clusters of 2 to 7 members, one for each seed (default 1..300), in N\n"
    "processes (default: one for each processor), and checks all invariants after every step.\n"
    "  --trace               print everything that happens; for one or few seeds\n"
    "  --verbose             print a line for each seed\n"
    "  --verify-determinism  run every seed twice and compare the traces, not only some\n"
    "  --stop-at-first       stop at the first violation\n"
    "The exit code is 0 only when every seed was run, no invariant was violated and every kind of\n"
    "fault occurred.\n";

/// From this many seeds on, each kind of fault must have occurred.
constexpr std::uint64_t seeds_for_all_faults = 250;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

bool parse_seeds(std::string_view text, run_options& options) {
  const auto dots = text.find("..");
  const auto first = number(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : number(text.substr(dots + 2));
  if (!first || !last || *last < *first)
    return false;
  options.first_seed = *first;
  options.last_seed = *last;
  return true;
}

bool parse(std::span<char*> args, run_options& options) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string_view arg{args[i]};
    const std::string_view next{i + 1 < args.size() ? args[i + 1] : ""};
    if (arg == "--trace") {
      options.trace = true;
    } else if (arg == "--verbose") {
      options.verbose = true;
    } else if (arg == "--verify-determinism") {
      options.verify_determinism = true;
    } else if (arg == "--stop-at-first") {
      options.stop_at_first = true;
    } else if (arg == "--seeds" && parse_seeds(next, options)) {
      ++i;
    } else if (arg == "--jobs" && number(next).value_or(0) > 0) {
      options.jobs = static_cast<std::size_t>(*number(next));
      ++i;
    } else {
      return false;
    }
  }
  return true;
}

void print_table(const run_summary& summary) {
  std::printf("\n");
  for (std::size_t i = 0; i < counts::size; ++i) {
    const auto what = static_cast<count>(i);
    std::printf("  %-44s %12" PRIu64 "\n", to_string(what), summary.done[what]);
  }
}

/// A kind of fault that never occurred proves nothing: says so, and is false.
bool print_missing(const run_summary& summary) {
  bool complete = true;
  for (std::size_t i = 0; i < counts::size; ++i) {
    const auto what = static_cast<count>(i);
    if (summary.done[what] > 0)
      continue;
    std::printf("NOT EXERCISED: \"%s\" is zero in %" PRIu64 " seeds\n", to_string(what),
                summary.seeds);
    complete = false;
  }
  return complete;
}

/// A process that ended before its last seed has proved nothing about the rest: says so, and is
/// false.
bool print_not_run(const run_options& options, const run_summary& summary) {
  const auto asked = options.last_seed - options.first_seed + 1;
  if (summary.seeds == asked)
    return true;
  std::printf("NOT RUN: %" PRIu64 " of %" PRIu64 " seeds have come to their end\n", summary.seeds,
              asked);
  return false;
}

} // namespace

int main(int argc, char** argv) {
  run_options options;
  options.last_seed = 300;
  options.jobs = std::max(1u, std::thread::hardware_concurrency());
  const std::span args{argv, static_cast<std::size_t>(argc)};
  if (!parse(args.subspan(1), options)) {
    std::fputs(usage, stderr);
    return 64; // EX_USAGE
  }
  if (options.trace)
    options.jobs = 1; // one story at a time
  options.jobs = static_cast<std::size_t>(
      std::min<std::uint64_t>(options.jobs, options.last_seed - options.first_seed + 1));
  const auto began = std::chrono::steady_clock::now();
  const auto summary = run_all(options);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  print_table(summary);
  bool complete =
      summary.violations > 0 || summary.seeds < seeds_for_all_faults || print_missing(summary);
  if (!options.stop_at_first || summary.violations == 0)
    complete = print_not_run(options, summary) && complete;
  std::printf("\n%.1f s; slowest seed: %" PRIu64 " with %lld ms of processor time\n", took.count(),
              summary.slowest_seed, static_cast<long long>(summary.slowest.count()));
  std::printf("%" PRIu64 " seeds, %" PRIu64 " violations\n", summary.seeds, summary.violations);
  return summary.violations == 0 && complete ? 0 : 1;
}
