#pragma once

// Events of collections as JSON: what their numbers and bytes mean depends on the kind of the
// collection.

#include "hamok/actors/interfaces/messages.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace hamok::cli {

/// The event of a collection of this kind; of a kind that is not known, with all that it has.
[[nodiscard]] nlohmann::ordered_json to_json(const collection_event& event,
                                             const std::string& kind);

} // namespace hamok::cli
