#pragma once

// The digests by which members of a real cluster find that they have diverged.

#include "hamok/tests/sim/invariant.hpp"

#include <map>
#include <utility>

namespace hamok::sim {

/// Collections of one kind have equal digests exactly when their content is equal: on whichever
/// member, at whichever index, and however the content came about, by snapshots or one by one.
class digests_tell_content final : public invariant {
public:
  const char* name() const noexcept override { return "digests tell content"; }

  void applied(const cluster_view& all, const apply_view& apply) override {
    if (apply.repeated || !is_agreed(all, apply))
      return;
    if (const auto* touched = apply.machine->touched())
      check(all, apply.who, apply.index, *touched);
  }

  void installed(const cluster_view& all, const install_view& install) override {
    for (const auto& each : install.machine->collections())
      check(all, install.who, install.index, each);
  }

private:
  void check(const cluster_view& all, std::size_t who, raft::index_t index, const picture& held) {
    const auto describe = [&](const char* what) {
      return called(all, who) + " has a " + to_string(held.kind) + " behind index " + str(index)
             + " with " + what + ": " + to_string(held.kind, held.items);
    };
    const auto hash = hash_of(held.items);
    const auto digest = std::pair{held.digest.high, held.digest.low};
    const auto [known, is_new] = digests_.emplace(std::pair{held.kind, hash}, digest);
    require(known->second == digest,
            [&] { return describe("another digest than somebody had with this content"); });
    const auto [other, is_first] = contents_.emplace(std::pair{held.kind, digest}, hash);
    require(other->second == hash,
            [&] { return describe("the digest that somebody had with other content"); });
  }

  using number_pair = std::pair<std::uint64_t, std::uint64_t>;

  std::map<std::pair<collection_kind, std::uint64_t>, number_pair> digests_; ///< by hash of content
  std::map<std::pair<collection_kind, number_pair>, std::uint64_t> contents_;
};

} // namespace hamok::sim
