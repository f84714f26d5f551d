#pragma once

// Where Hamok writes its log: a spdlog logger that the application chooses; nowhere by default.

#include <spdlog/logger.h>

#include <memory>
#include <string>
#include <string_view>

namespace hamok {

/// Lets Hamok log to `value` from now on; null: nowhere. Thread safe. Whoever is logging right now
/// may still use the previous one.
void set_logger(std::shared_ptr<spdlog::logger> value);

/// The present logger; never null. Thread safe.
[[nodiscard]] std::shared_ptr<spdlog::logger> logger();

/// What a stranger calls itself, fit for one line of a log: other characters are question marks,
/// and what is too long is cut.
[[nodiscard]] std::string printable(std::string_view name);

} // namespace hamok
