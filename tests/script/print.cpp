#include "hamok/tests/script/print.hpp"

namespace hamok::script {

using namespace raft;

namespace {

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

std::string range(index_t first, std::size_t count) {
  return count == 1 ? number(first) : number(first) + ".." + number(first + count - 1);
}

/// A life behind the first has a dash for each before it.
std::string name_of(const member_id& id) {
  return id.peer + std::string(static_cast<std::size_t>(id.incarnation.high), '\'');
}

std::string content(const entry& value) {
  return value.kind == entry_kind::command ? std::string{value.data.text()} : to_string(value.kind);
}

} // namespace

std::string describe(const persist_request& value) {
  std::string result;
  const auto separate = [&] { result += result.empty() ? "" : "; "; };
  if (value.truncate_from) {
    separate();
    result += "drops " + number(*value.truncate_from) + " and behind";
  }
  if (!value.entries.empty()) {
    separate();
    result += "entries " + range(value.first_index, value.entries.size()) + " of terms";
    for (const auto& item : value.entries)
      result += " " + number(item.term);
  }
  if (value.base) {
    separate();
    result += value.replaces ? "nothing but a log behind " : "the log behind ";
    result += number(value.base->index);
  }
  if (value.state) {
    separate();
    result += "term " + number(value.state->term) + ", vote "
              + (value.state->vote ? value.state->vote->peer : "none");
  }
  return result.empty() ? "nothing" : result;
}

std::string describe(const committed_entries& value) {
  auto result = range(value.first_index, value.entries.size()) + ":";
  for (const auto& item : value.entries)
    result += " " + content(item);
  return result;
}

std::string describe(const proposal_outcome& value) {
  if (!value.refused)
    return "accepted at " + number(value.first_index) + " in term " + number(value.term);
  if (*value.refused == refusal::overloaded)
    return "refused: overloaded";
  if (*value.refused == refusal::transferring)
    return "refused: leadership is being handed over";
  return "refused: not the leader, that is " + (value.leader ? value.leader->peer : "unknown");
}

std::string describe(const change_outcome& value) {
  if (value.refused)
    return std::string{"refused: "} + to_string(*value.refused);
  return value.done ? "done already" : "under way from " + number(value.index);
}

std::string describe(const configuration& value) {
  std::string result = "members";
  for (const auto& voter : value.voters)
    result += " " + name_of(voter);
  for (const auto& voter : value.outgoing)
    result += (voter == value.outgoing.front() ? " (" : " ") + name_of(voter);
  if (!value.outgoing.empty())
    result += ")";
  for (const auto& learner : value.learners)
    result += " +" + name_of(learner);
  return result;
}

std::string describe(const peer_progress& value) {
  if (value.mode == progress_mode::snapshot)
    return value.id.peer + ": snapshot, match " + number(value.match_index) + ", has "
           + number(value.snapshot_acked) + ", " + number(value.snapshot_inflight) + " on the way";
  return value.id.peer + ": " + (value.mode == progress_mode::probe ? "probe" : "replicate")
         + ", match " + number(value.match_index) + ", next " + number(value.next_index) + ", "
         + number(value.inflight_messages) + " on the way" + (value.leaving ? ", leaving" : "");
}

std::string describe(const core& value) {
  std::string result = to_string(value.role());
  result.resize(9, ' ');
  result += " term " + number(value.term()) + ", vote "
            + (value.hard().vote ? value.hard().vote->peer : "none") + ", leader "
            + (value.leader() ? value.leader()->peer : "none") + ", log";
  if (value.log().base().index > 0)
    result += " behind " + number(value.log().base().index) + ":";
  for (auto index = value.log().first_index(); index <= value.log().last_index(); ++index) {
    if (index == value.commit_index() + 1)
      result += " |";
    result += " " + number(value.log().at(index).term);
  }
  if (value.commit_index() == value.log().last_index())
    result += " |";
  if (value.durable_index() < value.log().last_index())
    result += ", durable up to " + number(value.durable_index());
  if (value.members() != value.log().base().members)
    result += ", " + describe(value.members());
  return result;
}

} // namespace hamok::script
