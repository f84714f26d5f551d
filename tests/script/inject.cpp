#include "hamok/tests/script/inject.hpp"

#include <stdexcept>

namespace hamok::script {

using namespace raft;

namespace {

append_request append_request_of(const words& line) {
  append_request result;
  result.term = line.number("term", 0);
  result.prev_log_index = line.number("prev", 0);
  result.prev_log_term = line.number("prev_term", 0);
  result.leader_commit = line.number("commit", 0);
  result.round = line.number("round", 1);
  for (const auto term : line.numbers("terms"))
    result.entries.push_back(
        {term, entry_kind::command, duration{0}, blob::from_string("t" + std::to_string(term))});
  return result;
}

message_body body_of(const words& line) {
  const auto& kind = line.at(2);
  const auto term = line.number("term", 0);
  const bool pre_vote = line.number("pre_vote", 0) != 0;
  if (kind == "vote_request")
    return vote_request{term, line.number("last", 0), line.number("last_term", 0), pre_vote,
                        line.number("transfer", 0) != 0};
  if (kind == "vote_response")
    return vote_response{term, line.number("request_term", term), pre_vote,
                         line.number("granted", 0) != 0};
  if (kind == "append_request")
    return append_request_of(line);
  if (kind == "append_response")
    return append_response{term,
                           line.number("round", 0),
                           line.number("success", 0) != 0,
                           line.number("match", 0),
                           line.number("rejected", 0),
                           line.number("conflict_term", 0),
                           line.number("conflict", 0)};
  if (kind == "timeout_now")
    return timeout_now{term};
  throw std::runtime_error("there is no message " + kind);
}

} // namespace

packet injected_packet(const words& line) {
  const auto& direction = line.at(1);
  const auto arrow = direction.find("->");
  if (arrow == std::string::npos)
    throw std::runtime_error("not a direction: " + direction);
  return {direction.substr(0, arrow),
          direction.substr(arrow + 2),
          {static_cast<group_id>(line.number("group", 0)), body_of(line)}};
}

} // namespace hamok::script
