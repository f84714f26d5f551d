#include "hamok/raft/directory.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace hamok::raft {

namespace {

constexpr std::size_t longest_text = 255;
constexpr std::size_t overhead = 16; ///< of an entry on the wire, at the most
/// Versions beyond are nobody's: one that counts on from there would come to its end.
constexpr std::uint64_t last_version = std::uint64_t{1} << 63;

bool is_sensible(const known_peer& value) {
  return !value.peer.empty() && value.peer.size() <= longest_text && !value.endpoint.empty()
         && value.endpoint.size() <= longest_text && value.version <= last_version;
}

std::size_t size_of(const known_peer& value) {
  return value.peer.size() + value.endpoint.size() + overhead;
}

} // namespace

directory::directory(std::string self, std::string endpoint, std::uint64_t version)
    : self_{std::move(self), std::move(endpoint),
            std::clamp<std::uint64_t>(version, 1, last_version)} {}

bool directory::move(std::string endpoint) {
  if (endpoint == self_.endpoint)
    return false;
  self_.endpoint = std::move(endpoint);
  ++self_.version;
  return true;
}

bool directory::learn(const std::vector<known_peer>& told) {
  bool changed = false;
  for (const auto& peer : told)
    if (is_sensible(peer) && learn(peer))
      changed = true;
  return changed;
}

bool directory::learn(const known_peer& told) {
  if (told.peer == self_.peer) {
    // A word of an earlier life that would win over this one's.
    if (told.version < self_.version || told.endpoint == self_.endpoint)
      return false;
    self_.version = told.version + 1;
    return true;
  }
  const auto at = std::ranges::lower_bound(others_, told.peer, {}, &known_peer::peer);
  if (at != others_.end() && at->peer == told.peer) {
    // Of two words with one version anybody may win, as long as it is the same everywhere.
    if (std::tie(told.version, told.endpoint) <= std::tie(at->version, at->endpoint))
      return false;
    *at = told;
    return true;
  }
  if (!make_room(told))
    return false;
  others_.insert(std::ranges::lower_bound(others_, told.peer, {}, &known_peer::peer), told);
  return true;
}

void directory::keep(std::set<std::string> names) {
  kept_ = std::move(names);
}

std::vector<known_peer> directory::all() const {
  std::vector<known_peer> result;
  if (!self_.endpoint.empty())
    result.push_back(self_);
  result.insert(result.end(), others_.begin(), others_.end());
  return result;
}

const known_peer* directory::find(const std::string& peer) const noexcept {
  const auto at = std::ranges::lower_bound(others_, peer, {}, &known_peer::peer);
  return at != others_.end() && at->peer == peer ? &*at : nullptr;
}

bool directory::make_room(const known_peer& added) {
  const auto fits = [&] {
    return others_.size() + 2 <= max_peers && bytes() + size_of(added) <= max_bytes;
  };
  while (!fits()) {
    const auto victim = std::ranges::find_if(
        others_, [this](const known_peer& peer) { return !kept_.contains(peer.peer); });
    if (!kept_.contains(added.peer) || victim == others_.end())
      return false;
    others_.erase(victim);
  }
  return true;
}

std::size_t directory::bytes() const noexcept {
  auto result = size_of(self_);
  for (const auto& peer : others_)
    result += size_of(peer);
  return result;
}

} // namespace hamok::raft
