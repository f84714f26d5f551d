#pragma once

// Three members in processes of their own, for everything that measures.

#include "hamok/cli/free_ports.hpp"
#include "hamok/tests/bench/member_process.hpp"
#include "hamok/tests/bench/report.hpp"

#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace hamok::bench {

/// Members are numbered from the leader on, which is 0.
class bench_cluster {
public:
  /// `options` are given to each member.
  explicit bench_cluster(const std::vector<std::string>& options = {}) {
    auto arguments = options;
    for (const auto port : cli::free_ports(3)) {
      names_.push_back("member-" + std::to_string(names_.size() + 1));
      arguments.push_back(names_.back() + "@127.0.0.1:" + std::to_string(port));
    }
    const auto log = std::filesystem::temp_directory_path()
                     / ("hamok-bench-" + std::to_string(getpid()) + ".log");
    for (const auto& name : names_)
      processes_.emplace_back(name, arguments, log.string());
    for (std::size_t i = 0; i < processes_.size(); ++i)
      if (processes_[i].ask("ready")["leader"] == true)
        leader_ = i;
    std::filesystem::remove(log);
  }

  [[nodiscard]] std::size_t size() const noexcept { return processes_.size(); }
  [[nodiscard]] member_process& process(std::size_t number) { return processes_[place(number)]; }
  [[nodiscard]] pid_t pid(std::size_t number) const { return processes_[place(number)].pid(); }

  [[nodiscard]] std::vector<usage> usages() {
    std::vector<usage> result;
    for (std::size_t i = 0; i < size(); ++i) {
      const auto told = process(i).ask("usage");
      result.push_back({names_[place(i)], told["cpu_seconds"], told["resident_mib"]});
    }
    return result;
  }

private:
  [[nodiscard]] std::size_t place(std::size_t number) const {
    return (leader_ + number) % processes_.size();
  }

  std::vector<std::string> names_;
  std::vector<member_process> processes_;
  std::size_t leader_ = 0;
};

} // namespace hamok::bench
