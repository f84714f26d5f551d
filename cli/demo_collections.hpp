#pragma once

// The part of the demonstration in which every kind of collection works.

#include "hamok/cli/demo_cluster.hpp"
#include "hamok/cli/redis_map.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace hamok::cli {

/// What the members are started with, so that each of them is a subscriber of the emitter, and has
/// the storage of the remote map where `storage` runs.
[[nodiscard]] std::vector<std::string> collection_arguments(const demo_redis& storage);

/// Lets every kind of collection work on these members, first of all through the member `through`;
/// a row for each. The members run with `collection_arguments` of the same storage. Files are kept
/// in `folder`. False: something was not as it has to be.
[[nodiscard]] bool show_collections(const demo_cluster& cluster, std::size_t through,
                                    const std::filesystem::path& folder, const demo_redis& storage);

} // namespace hamok::cli
