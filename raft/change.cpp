// Changes of the members (thesis, 4) and transfer of leadership (thesis, 3.10).

#include "hamok/raft/core.hpp"

#include <utility>

namespace hamok::raft {

void core::on(change_members&& ev) {
  const auto refused =
      role() == role::leader ? change_refusal::not_ready : change_refusal::not_leader;
  out_.change = change_outcome{refused, false, 0, std::move(ev.what.member), leader_};
}

void core::on(const transfer_leadership&) {
  out_.transfer =
      role() == role::leader ? transfer_result::no_successor : transfer_result::not_leader;
}

} // namespace hamok::raft
