#pragma once

// Base64 (RFC 4648, 4), with padding. One sequence of bytes has one text.

#include <optional>
#include <string>
#include <string_view>

namespace hamok::detail {

[[nodiscard]] std::string to_base64(std::string_view bytes);

/// Nothing when it is not exactly what `to_base64` writes.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

} // namespace hamok::detail
