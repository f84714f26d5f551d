#pragma once

// From CAF's errors back to the codes of Hamok.

#include "hamok/actors/interfaces/interfaces.hpp"

#include <caf/error.hpp>

namespace hamok {

/// The code inside `reason`, or `otherwise` when it is an error of somebody else's.
[[nodiscard]] inline errc code_of(const caf::error& reason, errc otherwise) {
  if (!reason)
    return errc::none;
  if (reason.category() == caf::type_id_v<errc>)
    return static_cast<errc>(reason.code());
  return otherwise;
}

} // namespace hamok
