#pragma once

// Which of several connections to the same member is the latest: what `hello::epoch` and
// `hello::seen_epoch` are filled from.

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace hamok {

/// Owned by the node and shared by its links. Thread safe.
class epoch_table {
public:
  /// Names come and go, with each process a new one where none is configured; those that were seen
  /// last are remembered. Whoever is forgotten is met again as if for the first time: then a link
  /// that is dead on one side may have to be noticed by its silence.
  static constexpr std::size_t max_peers = 1024;

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
  struct seen_peer {
    std::uint64_t epoch = 0;
    std::uint64_t turn = 0; ///< when it was accepted last
  };

  mutable std::mutex mutex_;
  std::uint64_t last_;
  std::uint64_t turns_ = 0;
  std::map<std::string, seen_peer> seen_;
};

} // namespace hamok
