#pragma once

// A member as a process of this program, from the side that measures: asks it through a pipe, a
// line of text there and a line of JSON back.

#include "hamok/cli/child_process.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace hamok::bench {

/// One member: what it is told and what it answers is in member.hpp. Killed with this object.
class member_process {
public:
  /// `members` are all of them as `id@host:port`.
  member_process(const std::string& peer_id, const std::vector<std::string>& members,
                 const std::string& log);
  member_process(member_process&& other) noexcept;
  member_process& operator=(member_process&&) = delete;
  ~member_process();

  [[nodiscard]] pid_t pid() const noexcept { return process_.pid(); }

  /// The answer to a command. Throws `std::runtime_error` when there is none in time.
  nlohmann::json ask(const std::string& command,
                     std::chrono::milliseconds limit = std::chrono::seconds{30});

private:
  int to_ = -1;
  int from_ = -1;
  cli::child_process process_;
};

} // namespace hamok::bench
