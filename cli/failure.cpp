#include "hamok/cli/failure.hpp"

#include "hamok/actors/interfaces/type_ids.hpp"

#include <nlohmann/json.hpp>

namespace hamok::cli {

exit_code exit_code_of(const caf::error& reason, effect so_far) {
  if (so_far == effect::certain
      || (so_far == effect::possible && !cannot_have_happened(reason)
          && reason != errc::connection_lost))
    return exit_unknown;
  if (reason.category() != caf::type_id_v<errc>)
    return exit_failed;
  switch (static_cast<errc>(reason.code())) {
  case errc::unknown_collection:
    return exit_not_found;
  case errc::outcome_unknown:
  case errc::connection_lost:
  case errc::no_leader:
  case errc::request_timeout:
  case errc::stopped:
    return exit_unreachable;
  default:
    return exit_failed;
  }
}

void fail(exit_code code, const std::string& name, const std::string& text, bool json) {
  if (json) {
    // A text may quote what somebody typed, or a part of it: whatever is not UTF-8 is replaced.
    const nlohmann::json object{{"error", {{"code", name}, {"text", text}}}};
    const auto line = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    throw failure{code, line + "\n"};
  }
  throw failure{code, "hamok: " + name + ": " + text + "\n"};
}

void fail(const caf::error& reason, bool json, effect so_far, const std::string& detail) {
  const auto ours = reason.category() == caf::type_id_v<errc>;
  const auto name = ours ? to_string(static_cast<errc>(reason.code())) : std::string{"error"};
  fail(exit_code_of(reason, so_far), name, text_of(reason) + (detail.empty() ? "" : "; ") + detail,
       json);
}

} // namespace hamok::cli
