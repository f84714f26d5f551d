#pragma once

// A program that runs as a child: for `hamok demo`, the process tests and the benchmark.
// Header-only because these are three programs.

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace hamok::cli {

/// What to start and with which files as its standard input and output.
struct child_options {
  std::vector<std::string> arguments; ///< the first one is the path of the program
  std::string log;                    ///< stdout and stderr are appended to this file
  int input = -1;                     ///< a descriptor to read from; -1: /dev/null
  int output = -1;                    ///< a descriptor to write to; -1: the log
};

/// A child process. It is killed when this object goes, and by the kernel when the thread that has
/// started it ends, so that nothing is left behind however the parent ends.
class child_process {
public:
  child_process() = default;

  /// Starts the program; throws `std::runtime_error` when the system has no room for a process.
  explicit child_process(const child_options& options) {
    std::vector<char*> argv;
    for (const auto& argument : options.arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const auto parent = getpid();
    pid_ = fork();
    if (pid_ < 0)
      throw std::runtime_error(std::string{"cannot fork: "} + std::strerror(errno));
    if (pid_ == 0)
      become(options, argv.data(), parent);
  }

  child_process(child_process&& other) noexcept { swap(other); }
  child_process& operator=(child_process&& other) noexcept {
    child_process taken{std::move(other)};
    swap(taken);
    return *this;
  }
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  ~child_process() { kill(); }

  /// True as long as the child has not been waited for.
  [[nodiscard]] bool started() const noexcept { return pid_ > 0; }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  void signal(int number) const noexcept {
    if (started())
      ::kill(pid_, number);
  }

  /// Kills it with signal 9 and takes it from the table of processes.
  void kill() noexcept {
    if (!started())
      return;
    signal(SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
    pid_ = -1;
  }

  /// Waits for its end: the exit code, or 128 and the signal, or nothing after the time limit.
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (started()) {
      int status = 0;
      const auto got = waitpid(pid_, &status, WNOHANG);
      if (got == pid_) {
        pid_ = -1;
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
      }
      if (got < 0 && errno != EINTR)
        break;
      if (std::chrono::steady_clock::now() >= deadline)
        break;
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return std::nullopt;
  }

private:
  /// Between fork and exec: only calls that are safe there.
  [[noreturn]] static void become(const child_options& options, char** argv,
                                  pid_t parent) noexcept {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
      _exit(126);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const auto input = options.input >= 0 ? options.input : open("/dev/null", O_RDONLY);
    const char* path = options.log.empty() ? "/dev/null" : options.log.c_str();
    const auto log = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    dup2(input, STDIN_FILENO);
    dup2(options.output >= 0 ? options.output : log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    close_range(3, ~0U, 0);
    execv(argv[0], argv);
    _exit(127);
  }

  void swap(child_process& other) noexcept { std::swap(pid_, other.pid_); }

  pid_t pid_ = -1;
};

/// The path of the running program, so that it can start itself again.
[[nodiscard]] inline std::string own_program() {
  std::string path(4096, '\0');
  const auto size = readlink("/proc/self/exe", path.data(), path.size());
  if (size <= 0)
    throw std::runtime_error("cannot read /proc/self/exe");
  path.resize(static_cast<std::size_t>(size));
  return path;
}

} // namespace hamok::cli
