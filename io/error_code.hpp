#pragma once

// From CAF's errors back to the codes of Hamok.

#include "hamok/actors/interfaces/interfaces.hpp"

#include <caf/error.hpp>
#include <caf/message.hpp>

#include <string>

namespace hamok {

/// The code inside `reason`, or `otherwise` when it is an error of somebody else's.
[[nodiscard]] inline errc code_of(const caf::error& reason, errc otherwise) {
  if (!reason)
    return errc::none;
  if (reason.category() == caf::type_id_v<errc>)
    return static_cast<errc>(reason.code());
  return otherwise;
}

/// The sentence inside `reason`, or the one that explains its code.
[[nodiscard]] inline std::string text_of(const caf::error& reason, errc otherwise) {
  if (reason && reason.context().match_elements<std::string>())
    return reason.context().get_as<std::string>(0);
  return explain(code_of(reason, otherwise));
}

} // namespace hamok
