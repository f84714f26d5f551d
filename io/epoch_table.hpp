#pragma once

// Which of several connections to the same member is the latest: what `hello::epoch` and
// `hello::seen_epoch` are filled from.

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace hamok {

/// Owned by the node and shared by its links. Thread safe.
class epoch_table {
public:
  /// Numbers start at the time of day, so that a member that restarts goes on counting upwards.
  epoch_table();

  /// Numbers start behind `base`.
  explicit epoch_table(std::uint64_t base) noexcept : last_(base) {}

  /// A number for one more connection that is tried.
  [[nodiscard]] std::uint64_t next();

  /// A hello of `peer` with this epoch was accepted.
  void saw(const std::string& peer, std::uint64_t epoch);

  /// Highest epoch accepted from `peer`; 0: none.
  [[nodiscard]] std::uint64_t seen(const std::string& peer) const;

private:
  mutable std::mutex mutex_;
  std::uint64_t last_;
  std::map<std::string, std::uint64_t> seen_; // only of accepted peers, so no larger than they are
};

} // namespace hamok
