#include "hamok/cli/text_output.hpp"

#include "hamok/cli/json_output.hpp"

namespace hamok::cli {

std::string content_text(const collection_status& value) {
  if (value.number == 0)
    return "not created yet";
  return std::to_string(value.size) + " items  digest " + hex(value.content_digest());
}

} // namespace hamok::cli
