#pragma once

// Which requests of others have come already: some links carry a message twice, or late.

#include "hamok/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

namespace hamok {

/// Remembers the latest requests of each asker. Their numbers grow.
class seen_requests {
public:
  /// More than one asker has on its way to one member.
  static constexpr std::size_t max_remembered = 8192;

  /// False: it has come before, or is so late that it may have.
  bool first_time(const raft::member_id& from, std::uint64_t origin, std::uint64_t request) {
    auto& seen = askers_[{from, origin}];
    if (seen.size() >= max_remembered && request < *seen.begin())
      return false;
    if (!seen.insert(request).second)
      return false;
    if (seen.size() > max_remembered)
      seen.erase(seen.begin());
    return true;
  }

  /// The link with the member is gone, and with it what was on its way.
  void forget(const raft::member_id& member) {
    std::erase_if(askers_, [&member](const auto& one) { return one.first.first == member; });
  }

private:
  std::map<std::pair<raft::member_id, std::uint64_t>, std::set<std::uint64_t>> askers_;
};

} // namespace hamok
