#include "hamok/tests/bench/member_process.hpp"

#include <poll.h>

#include <stdexcept>
#include <utility>

namespace hamok::bench {

namespace {

struct pipe_ends {
  int read = -1;
  int write = -1;
};

pipe_ends make_pipe() {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw std::runtime_error("cannot make a pipe");
  return {ends[0], ends[1]};
}

} // namespace

member_process::member_process(const std::string& peer_id, const std::vector<std::string>& members,
                               const std::string& log) {
  const auto commands = make_pipe();
  const auto answers = make_pipe();
  to_ = commands.write;
  from_ = answers.read;
  cli::child_options options{.arguments = {cli::own_program(), "--member", peer_id},
                             .log = log,
                             .input = commands.read,
                             .output = answers.write};
  options.arguments.insert(options.arguments.end(), members.begin(), members.end());
  process_ = cli::child_process{options};
  close(commands.read);
  close(answers.write);
}

member_process::member_process(member_process&& other) noexcept
    : to_(std::exchange(other.to_, -1)),
      from_(std::exchange(other.from_, -1)),
      process_(std::move(other.process_)) {}

member_process::~member_process() {
  if (to_ >= 0)
    close(to_);
  if (from_ >= 0)
    close(from_);
}

nlohmann::json member_process::ask(const std::string& command, std::chrono::milliseconds limit) {
  const auto line = command + "\n";
  if (write(to_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    throw std::runtime_error("a member is gone");
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::string answer;
  while (!answer.ends_with('\n')) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd entry{from_, POLLIN, 0};
    if (left.count() <= 0 || poll(&entry, 1, static_cast<int>(left.count())) <= 0)
      throw std::runtime_error("a member does not answer '" + command + "'");
    char buffer[4096];
    const auto count = read(from_, buffer, sizeof(buffer));
    if (count <= 0)
      throw std::runtime_error("a member has ended at '" + command + "'");
    answer.append(buffer, static_cast<std::size_t>(count));
  }
  return nlohmann::json::parse(answer);
}

} // namespace hamok::bench
