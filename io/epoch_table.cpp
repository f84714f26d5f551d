#include "hamok/io/epoch_table.hpp"

#include <algorithm>
#include <chrono>

namespace hamok {

epoch_table::epoch_table()
    : last_(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                           std::chrono::system_clock::now().time_since_epoch())
                                           .count())) {}

std::uint64_t epoch_table::next() {
  const std::lock_guard guard{mutex_};
  return ++last_;
}

void epoch_table::saw(const std::string& peer, std::uint64_t epoch) {
  const std::lock_guard guard{mutex_};
  if (seen_.size() >= max_peers && !seen_.contains(peer))
    seen_.erase(
        std::ranges::min_element(seen_, {}, [](const auto& known) { return known.second.turn; }));
  auto& known = seen_[peer];
  known.epoch = std::max(known.epoch, epoch);
  known.turn = ++turns_;
}

std::uint64_t epoch_table::seen(const std::string& peer) const {
  const std::lock_guard guard{mutex_};
  const auto found = seen_.find(peer);
  return found == seen_.end() ? 0 : found->second.epoch;
}

} // namespace hamok
