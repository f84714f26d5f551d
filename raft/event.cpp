#include "hamok/raft/event.hpp"

namespace hamok::raft {

const char* to_string(change_refusal value) noexcept {
  switch (value) {
  case change_refusal::not_leader:
    return "not_leader";
  case change_refusal::not_ready:
    return "not_ready";
  case change_refusal::busy:
    return "busy";
  case change_refusal::transferring:
    return "transferring";
  case change_refusal::retired:
    return "retired";
  case change_refusal::too_old:
    return "too_old";
  case change_refusal::name_taken:
    return "name_taken";
  case change_refusal::no_such_member:
    return "no_such_member";
  case change_refusal::last_voter:
    return "last_voter";
  case change_refusal::too_many:
    return "too_many";
  case change_refusal::quorum_at_risk:
    return "quorum_at_risk";
  case change_refusal::malformed:
    return "malformed";
  }
  return "unknown";
}

const char* to_string(transfer_result value) noexcept {
  switch (value) {
  case transfer_result::handed_over:
    return "handed_over";
  case transfer_result::not_leader:
    return "not_leader";
  case transfer_result::no_successor:
    return "no_successor";
  case transfer_result::busy:
    return "busy";
  case transfer_result::timed_out:
    return "timed_out";
  }
  return "unknown";
}

} // namespace hamok::raft
