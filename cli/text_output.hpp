#pragma once

// How members and collections look to people.

#include "hamok/actors/interfaces/messages.hpp"

#include <string>

namespace hamok::cli {

/// What is in the collection, in a few words: one that is not created yet is not an empty one.
[[nodiscard]] std::string content_text(const collection_status& value);

} // namespace hamok::cli
