#include "hamok/cli/text_output.hpp"

#include "hamok/cli/json_output.hpp"

#include <iomanip>
#include <sstream>

namespace hamok::cli {

std::string content_text(const collection_status& value) {
  if (value.number == 0)
    return "not created yet";
  return std::to_string(value.size) + " items  digest " + hex(value.content_digest());
}

std::string member_text(const node_status& seen_by, const member_status& member) {
  constexpr std::size_t shown_digits = 8; // enough to tell one life of a name from another
  const auto life = member.id.incarnation.none()
                        ? std::string{"-"}
                        : raft::to_string(member.id.incarnation).substr(0, shown_digits);
  const auto* what = seen_by.view.leader == member.id ? "leader"
                     : member.voter                   ? "voter"
                     : member.learner                 ? "learner"
                                                      : "no member yet";
  const auto* reach = member.id.peer == seen_by.peer_id ? "this member"
                      : member.linked                   ? "linked"
                                                        : "not linked";
  std::ostringstream out;
  out << std::left << std::setw(20) << member.id.peer << ' ' << std::setw(9) << life << ' '
      << std::setw(22) << (member.endpoint.empty() ? "-" : member.endpoint) << ' ' << std::setw(13)
      << what << ' ' << reach;
  return out.str();
}

} // namespace hamok::cli
