#pragma once

// Three members, each a process of its own, over broker links on loopback.

#include "hamok/cli/child_process.hpp"
#include "hamok/tests/manual/members.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace hamok::test {

/// A member process, and the two pipes to it.
class member_process {
public:
  member_process(const std::vector<std::string>& words, const std::string& log);
  ~member_process();
  member_process(const member_process&) = delete;
  member_process& operator=(const member_process&) = delete;

  /// Throws `failure` when there is no answer in time, or the process has ended. Thread safe.
  json exchange(const json& request);
  /// Whoever waits for an answer is told that the process has ended.
  void kill() noexcept { child_.kill(); }
  void signal(int number) const noexcept { child_.signal(number); }

private:
  void write_line(const std::string& line) const;
  std::string read_line();

  int to_ = -1;
  int from_ = -1;
  std::string rest_; ///< what has come behind the last line
  std::mutex mutex_; ///< one exchange at a time
  cli::child_process child_;
};

class in_three_processes : public members {
public:
  explicit in_three_processes(options all = {});
  ~in_three_processes() override;

  /// May be called while other threads ask the member: they get a `failure`, "gone".
  void kill(const std::string& name) override;
  /// Nobody may be asking the member meanwhile.
  void start(const std::string& name) override;
  void freeze(const std::string& name) override;
  void thaw(const std::string& name) override;

private:
  json exchange(const std::string& member, const json& request) override;

  options options_;
  std::filesystem::path folder_; ///< of their logs; stays when a case has failed
  std::map<std::string, std::string> endpoints_;
  std::map<std::string, std::unique_ptr<member_process>> members_;
  int exceptions_ = 0;
};

} // namespace hamok::test
