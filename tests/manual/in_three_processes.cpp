#include "hamok/tests/manual/in_three_processes.hpp"

#include "hamok/cli/free_ports.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace hamok::test {

namespace {

/// More than any operation takes that a case asks for.
constexpr auto answer_limit = 3 * patience_of_cases;

std::pair<int, int> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error{"there is no pipe left"};
  return {ends[0], ends[1]};
}

std::string make_folder() {
  auto name = (std::filesystem::temp_directory_path() / "hamok-manual-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw std::runtime_error{"no folder can be made"};
  return name;
}

} // namespace

// -- one process ----------------------------------------------------------------------------------

member_process::member_process(const std::vector<std::string>& words, const std::string& log) {
  std::signal(SIGPIPE, SIG_IGN); // a member that is gone is an error of the write
  const auto [their_input, to] = make_pipe();
  const auto [from, their_output] = make_pipe();
  to_ = to;
  from_ = from;
  cli::child_options options{
      .arguments = {HAMOK_MEMBER_PATH}, .log = log, .input = their_input, .output = their_output};
  options.arguments.insert(options.arguments.end(), words.begin(), words.end());
  child_ = cli::child_process{options};
  close(their_input);
  close(their_output);
}

member_process::~member_process() {
  child_.kill();
  close(to_);
  close(from_);
}

json member_process::exchange(const json& request) {
  const std::lock_guard guard{mutex_};
  write_line(request.dump() + "\n");
  return json::parse(read_line());
}

void member_process::write_line(const std::string& line) const {
  for (std::size_t done = 0; done < line.size();) {
    const auto count = write(to_, line.data() + done, line.size() - done);
    if (count < 0)
      throw failure{"gone", "the member takes no request"};
    done += static_cast<std::size_t>(count);
  }
}

std::string member_process::read_line() {
  const auto end = std::chrono::steady_clock::now() + answer_limit;
  for (;;) {
    if (const auto found = rest_.find('\n'); found != std::string::npos) {
      auto line = rest_.substr(0, found);
      rest_.erase(0, found + 1);
      return line;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd readable{from_, POLLIN, 0};
    if (left.count() <= 0 || poll(&readable, 1, static_cast<int>(left.count())) <= 0)
      throw failure{"gone", "the member is silent"};
    std::array<char, 65536> bytes{};
    const auto count = read(from_, bytes.data(), bytes.size());
    if (count <= 0)
      throw failure{"gone", "the member has ended"};
    rest_.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

// -- all of them ----------------------------------------------------------------------------------

in_three_processes::in_three_processes(options all)
    : options_(std::move(all)),
      folder_(make_folder()),
      exceptions_(std::uncaught_exceptions()) {
  const auto ports = cli::free_ports(names().size());
  for (std::size_t i = 0; i < ports.size(); ++i)
    endpoints_[names()[i]] = "127.0.0.1:" + std::to_string(ports[i]);
  for (const auto& name : names())
    start(name);
  static_cast<void>(leader());
}

in_three_processes::~in_three_processes() {
  members_.clear();
  if (std::uncaught_exceptions() > exceptions_)
    std::cerr << "the members' logs are in " << folder_ << '\n';
  else
    std::filesystem::remove_all(folder_);
}

void in_three_processes::start(const std::string& name) {
  std::string founders;
  for (const auto& [id, endpoint] : endpoints_)
    founders += (founders.empty() ? "\"" : ", \"") + id + "@" + endpoint + "\"";
  std::vector<std::string> words{"--hamok.peer-id=" + name, "--hamok.listen=" + endpoints_.at(name),
                                 "--hamok.initial-members=[" + founders + "]"};
  for (auto& word : words_of(options_, name))
    words.push_back(std::move(word));
  members_[name] = std::make_unique<member_process>(words, (folder_ / (name + ".log")).string());
}

void in_three_processes::kill(const std::string& name) {
  members_.at(name)->kill();
}

void in_three_processes::freeze(const std::string& name) {
  members_.at(name)->signal(SIGSTOP);
}

void in_three_processes::thaw(const std::string& name) {
  members_.at(name)->signal(SIGCONT);
}

json in_three_processes::exchange(const std::string& member, const json& request) {
  return members_.at(member)->exchange(request);
}

} // namespace hamok::test
