#pragma once

// How members and collections look to people.

#include "hamok/actors/interfaces/messages.hpp"

#include <string>

namespace hamok::cli {

/// What is in the collection, in a few words: one that is not created yet is not an empty one.
[[nodiscard]] std::string content_text(const collection_status& value);

/// One line about a member, as the one with this status sees it: name, life, endpoint, what it is.
[[nodiscard]] std::string member_text(const node_status& seen_by, const member_status& member);

} // namespace hamok::cli
