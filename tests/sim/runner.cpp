#include "hamok/tests/sim/runner.hpp"

#include <poll.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <type_traits>
#include <utility>
#include <vector>

namespace hamok::sim {

namespace {

using steady = std::chrono::steady_clock;

/// A seed that takes more processor time than this goes round in a circle inside one step. Not time
/// on the clock: the machine may be busy.
constexpr time_t max_seconds_per_seed = 60;

/// What a child tells its parent over its pipe: a seed begins, or has ended.
struct report {
  std::uint64_t seed = 0;
  bool ended = false;
  run_summary summary;
};
static_assert(std::is_trivially_copyable_v<report>, "it goes over a pipe as it is");

/// Moves a whole report, `call` being `read` or `write`: a pipe may take or give it in parts. False
/// when the other end is gone.
template <class Call>
bool move_report(Call call, int pipe, report& what) {
  std::size_t done = 0;
  while (done < sizeof what) {
    const auto size = call(pipe, reinterpret_cast<char*>(&what) + done, sizeof what - done);
    if (size > 0)
      done += static_cast<std::size_t>(size);
    else if (size == 0 || errno != EINTR)
      return false;
  }
  return true;
}

void merge(run_summary& into, const run_summary& from) {
  into.seeds += from.seeds;
  into.violations += from.violations;
  into.done.add(from.done);
  if (from.slowest > into.slowest) {
    into.slowest = from.slowest;
    into.slowest_seed = from.slowest_seed;
  }
}

/// Now and then, so that whoever waits knows that it goes on.
class progress_line {
public:
  explicit progress_line(const run_options& options)
      : total_(options.last_seed - options.first_seed + 1),
        terminal_(isatty(STDOUT_FILENO) == 1) {}

  void show(const run_summary& summary) {
    const auto now = steady::now();
    const auto gap = terminal_ ? std::chrono::milliseconds{200} : std::chrono::milliseconds{5000};
    if (now - shown_ < gap)
      return;
    shown_ = now;
    std::printf("%s%" PRIu64 " of %" PRIu64 " seeds, %" PRIu64 " violations%s",
                terminal_ ? "\r" : "", summary.seeds, total_, summary.violations,
                terminal_ ? "   " : "\n");
    std::fflush(stdout);
  }

  void end() const {
    if (terminal_)
      std::printf("\r%60s\r", "");
  }

private:
  std::uint64_t total_;
  bool terminal_;
  steady::time_point shown_ = steady::now();
};

void print_violation(std::uint64_t seed, const run_result& result) {
  world again{seed, trace_mode::keep_last};
  const auto repeated = again.run();
  std::string text = "\nVIOLATION of \"" + result.invariant + "\" in seed " + str(seed) + " at "
                     + to_text(result.when) + "\n  " + result.text + "\n  " + to_string(again.plan)
                     + "\n";
  if (repeated.trace_hash != result.trace_hash)
    text += "  (the trace differs from the first run: something is not deterministic)\n";
  for (const auto& line : again.story.last_lines())
    text += "    " + line + "\n";
  text += "  again: hamok_sim --seeds " + str(seed) + ".." + str(seed) + " --trace\n";
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

run_result run_once(std::uint64_t seed, trace_mode mode) {
  world all{seed, mode};
  if (mode == trace_mode::print_all)
    std::printf("%s\n", to_string(all.plan).c_str());
  return all.run();
}

bool is_repeated(std::uint64_t seed, const run_options& options) {
  return options.verify_determinism || seed < options.first_seed + 3 || seed % 250 == 0;
}

} // namespace

void run_seed(std::uint64_t seed, const run_options& options, run_summary& summary) {
  const auto began = std::clock();
  const auto result = run_once(seed, options.trace ? trace_mode::print_all : trace_mode::hash_only);
  const std::chrono::milliseconds took{(std::clock() - began) * 1000 / CLOCKS_PER_SEC};
  ++summary.seeds;
  summary.done.add(result.done);
  if (took >= summary.slowest) {
    summary.slowest = took;
    summary.slowest_seed = seed;
  }
  if (options.verbose)
    std::printf("seed %" PRIu64 ": %s, %s of virtual time, %" PRIu64 " steps, %" PRIu64
                " operations, %lld ms, trace %016" PRIx64 "\n",
                seed, result.ok ? "ok" : result.invariant.c_str(), to_text(result.when).c_str(),
                result.done[count::steps], result.done[count::operations_committed],
                static_cast<long long>(took.count()), result.trace_hash);
  if (!result.ok) {
    ++summary.violations;
    print_violation(seed, result);
    return;
  }
  if (!is_repeated(seed, options))
    return;
  summary.done.add(count::determinism_checks);
  if (run_once(seed, trace_mode::hash_only).trace_hash == result.trace_hash)
    return;
  ++summary.violations;
  std::printf("\nVIOLATION of \"determinism\" in seed %" PRIu64 ": two runs, two traces\n", seed);
}

namespace {

run_summary run_here(const run_options& options) {
  run_summary summary;
  progress_line progress{options};
  for (auto seed = options.first_seed; seed <= options.last_seed; ++seed) {
    run_seed(seed, options, summary);
    progress.show(summary);
    if (options.stop_at_first && summary.violations > 0)
      break;
  }
  progress.end();
  return summary;
}

/// Ends this process after so much processor time; 0 takes that back.
void limit_time(time_t seconds) {
  itimerval limit{};
  limit.it_value.tv_sec = seconds;
  setitimer(ITIMER_VIRTUAL, &limit, nullptr);
}

/// One child: every `jobs`-th seed.
[[noreturn]] void work(const run_options& options, std::size_t number, int out) {
  const auto tell = [out](report& what) {
    if (!move_report(write, out, what))
      std::_Exit(3); // nobody is interested any more
  };
  for (auto seed = options.first_seed + number; seed <= options.last_seed; seed += options.jobs) {
    report what;
    what.seed = seed;
    tell(what);
    limit_time(max_seconds_per_seed);
    run_seed(seed, options, what.summary);
    limit_time(0);
    what.ended = true;
    std::fflush(stdout);
    tell(what);
  }
  std::fflush(stdout);
  std::_Exit(0);
}

struct worker {
  pid_t process = 0;
  int pipe = -1;
  std::optional<std::uint64_t> seed; ///< that it works on
};

worker start_worker(const run_options& options, std::size_t number) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) {
    std::perror("pipe");
    std::exit(2);
  }
  std::fflush(stdout);
  const auto process = fork();
  if (process < 0) {
    std::perror("fork");
    std::exit(2);
  }
  if (process == 0) {
    close(ends[0]);
    work(options, number, ends[1]);
  }
  close(ends[1]);
  return {process, ends[0], std::nullopt};
}

/// False when the worker is gone; a seed that it had begun and not ended has killed it.
bool hear(worker& each, run_summary& summary) {
  report what;
  if (move_report(read, each.pipe, what)) {
    each.seed = what.ended ? std::nullopt : std::optional{what.seed};
    if (what.ended)
      merge(summary, what.summary);
    return true;
  }
  int status = 0;
  waitpid(each.process, &status, 0);
  close(each.pipe);
  each.pipe = -1;
  if (each.seed) {
    ++summary.violations;
    const bool killed = WIFSIGNALED(status);
    const int code = killed ? WTERMSIG(status) : WEXITSTATUS(status);
    std::printf("\nVIOLATION of \"%s\" in seed %" PRIu64 ": the process ended with %s %d\n",
                killed && code == SIGVTALRM ? "an end" : "no crash", *each.seed,
                killed ? "signal" : "code", code);
  }
  return false;
}

void stop(std::vector<worker>& workers) {
  for (auto& each : workers)
    if (each.pipe >= 0) {
      kill(each.process, SIGKILL);
      waitpid(each.process, nullptr, 0);
      close(each.pipe);
      each.pipe = -1;
    }
}

run_summary run_in_processes(const run_options& options) {
  run_summary summary;
  progress_line progress{options};
  std::vector<worker> workers;
  for (std::size_t number = 0; number < options.jobs; ++number)
    workers.push_back(start_worker(options, number));
  for (;;) {
    std::vector<pollfd> pipes;
    for (const auto& each : workers)
      pipes.push_back({each.pipe, POLLIN, 0}); // negative ones are ignored
    if (std::ranges::all_of(workers, [](const worker& each) { return each.pipe < 0; }))
      break;
    if (poll(pipes.data(), pipes.size(), 1000) > 0)
      for (std::size_t i = 0; i < workers.size(); ++i)
        if (pipes[i].revents != 0)
          hear(workers[i], summary);
    progress.show(summary);
    if (options.stop_at_first && summary.violations > 0) {
      stop(workers);
      break;
    }
  }
  progress.end();
  return summary;
}

} // namespace

run_summary run_all(const run_options& options) {
  return options.trace ? run_here(options) : run_in_processes(options);
}

} // namespace hamok::sim
