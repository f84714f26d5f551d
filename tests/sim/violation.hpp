#pragma once

// How a broken invariant is told, with its name, to whoever runs a seed.

#include <stdexcept>
#include <string>
#include <utility>

namespace hamok::sim {

/// An invariant does not hold: ends the run of its seed.
class violation : public std::runtime_error {
public:
  violation(std::string invariant, const std::string& text)
      : std::runtime_error(text),
        invariant_(std::move(invariant)) {}

  [[nodiscard]] const std::string& invariant() const noexcept { return invariant_; }

private:
  std::string invariant_;
};

} // namespace hamok::sim
