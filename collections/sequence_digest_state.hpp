#pragma once

// A fingerprint of a sequence that grows at its end and shrinks at its front.

#include "hamok/collections/digest_state.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace hamok {

/// Depends on the items and their order, and on nothing that was there before; each step costs the
/// hash of one item. Underneath are two polynomials over a field, whose coefficients are the items'
/// hashes: an item that is put behind the others multiplies all of them by the base, and the one in
/// front has the highest power, which is kept.
class sequence_digest {
public:
  void push_back(std::span<const std::byte> item) noexcept;

  /// Takes away the first one, which has to be `item`.
  void pop_front(std::span<const std::byte> item) noexcept;

  [[nodiscard]] digest128 value() const;

private:
  std::array<std::uint64_t, 2> sums_{};
  std::array<std::uint64_t, 2> powers_{1, 1}; ///< of the bases, by the number of items
  std::uint64_t size_ = 0;
};

} // namespace hamok
