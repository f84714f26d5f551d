#pragma once

// What the parts of the demonstration have in common: answers that have to be there, and time.

#include "hamok/actors/interfaces/error.hpp"

#include <caf/expected.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

namespace hamok::cli {

/// The value, or the end of the demonstration.
template <class T>
T must(caf::expected<T> result, const std::string& what) {
  if (!result)
    throw std::runtime_error(what + ": " + text_of(result.error()));
  return std::move(*result);
}

[[nodiscard]] inline double milliseconds(std::chrono::steady_clock::duration span) {
  return std::chrono::duration<double, std::milli>(span).count();
}

[[nodiscard]] inline double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return milliseconds(std::chrono::steady_clock::now() - start);
}

} // namespace hamok::cli
