#pragma once

// The last part of the demonstration: members come and go under a running writer.

#include <filesystem>

namespace hamok::cli {

/// Kills the leader and starts it again, adds two members by one seed each, removes two, and says a
/// line about each step. False: something was not as it has to be.
bool show_members(const std::filesystem::path& folder);

} // namespace hamok::cli
