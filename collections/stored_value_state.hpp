#pragma once

// A value as collections keep it.

#include "hamok/raft/bytes.hpp"

#include <cstddef>
#include <span>
#include <utility>

namespace hamok {

/// A value with `map_answer::present` in front of it: as it is answered, without a copy.
class stored_value {
public:
  stored_value() = default;
  explicit stored_value(blob framed) noexcept : framed_(std::move(framed)) {}

  [[nodiscard]] blob value() const { return framed_.slice(1, framed_.size() - 1); }
  [[nodiscard]] const blob& framed() const noexcept { return framed_; }
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
    return framed_.bytes().subspan(1);
  }

  friend bool operator==(const stored_value&, const stored_value&) = default;

private:
  blob framed_;
};

} // namespace hamok
