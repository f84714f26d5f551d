#pragma once

// How members, collections and events look as JSON.

#include "hamok/actors/interfaces/messages.hpp"
#include "hamok/io/client_protocol.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace hamok::cli {

/// Bytes in hexadecimal.
[[nodiscard]] std::string hex(const blob& bytes);

[[nodiscard]] nlohmann::ordered_json to_json(const collection_status& value);
[[nodiscard]] nlohmann::ordered_json to_json(const node_status& value);

/// The members as that one knows them.
[[nodiscard]] nlohmann::ordered_json members_json(const node_status& value);

/// One line of JSON; text that is no UTF-8 is made to be.
[[nodiscard]] std::string line(const nlohmann::ordered_json& value);

} // namespace hamok::cli
