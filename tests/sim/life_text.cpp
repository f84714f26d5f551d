#include "hamok/tests/sim/life_text.hpp"

#include "hamok/tests/sim/invariant.hpp"

#include <array>
#include <variant>

namespace hamok::sim {

namespace {

std::string text(const raft::member_id& id) {
  return id.peer + (id.incarnation.none() ? "" : "/" + str(id.incarnation.low - 1));
}

std::string text(const std::vector<raft::member_id>& ids) {
  std::string result;
  for (const auto& id : ids)
    result += " " + text(id);
  return result;
}

std::string text(const raft::founding_word& word) {
  return "founds with " + str(word.expect) + ", sees" + text(word.seen)
         + (word.list
                ? ", has accepted" + text(word.list->founders) + " with" + text(word.list->accepted)
                : "")
         + (word.spent.empty() ? "" : ", knows of " + str(word.spent.size()) + " spent lives");
}

std::string text(const raft::cluster_news& news) {
  return "is in a cluster of" + text(news.members.voters) + " at " + str(news.index)
         + (news.asks ? ", and you?" : "");
}

std::string text(const raft::life_word& word) {
  return std::visit([](const auto& what) { return text(what); }, word);
}

const char* text(raft::wish_kind kind) {
  static constexpr std::array names{"add", "remove", "leave", "join"};
  return names[static_cast<std::size_t>(kind)];
}

std::string text(const raft::life_started& ev) {
  return "node starts: "
         + (ev.stored.self.incarnation.none() ? "knows nothing" : "is " + text(ev.stored.self));
}

std::string text(const raft::minted&) {
  return "another life";
}

std::string text(const raft::peer_met& ev) {
  return "met " + text(ev.peer) + (ev.cluster.none() ? "" : ", of cluster " + str(ev.cluster.low));
}

std::string text(const raft::peer_lost& ev) {
  return "lost " + text(ev.peer);
}

std::string text(const raft::peer_told& ev) {
  return "hears: " + text(ev.from) + " " + text(ev.word);
}

std::string text(const raft::core_seen& ev) {
  return std::string{"core shows "} + raft::to_string(ev.standing) + ", members"
         + text(ev.latest.voters) + " at " + str(ev.latest_index) + ", committed at "
         + str(ev.committed_index) + ", leader " + (ev.leader ? text(*ev.leader) : "none");
}

std::string text(const raft::change_answered& ev) {
  return "answer to order " + str(ev.order) + " attempt " + str(ev.attempt) + ": "
         + (ev.outcome.refused ? raft::to_string(*ev.outcome.refused)
            : ev.outcome.done  ? "done"
                               : "begun");
}

std::string text(const raft::turned_away& ev) {
  return std::string{"is turned away: "} + raft::to_string(ev.reason);
}

std::string text(const raft::wish& ev) {
  return "wish #" + str(ev.id) + ": " + text(ev.kind) + " " + text(ev.member);
}

std::string text(const raft::tick&) {
  return "looks at the clock";
}

} // namespace

std::string to_string(const raft::life_event& what) {
  return std::visit([](const auto& ev) { return text(ev); }, what);
}

std::string to_string(const raft::wish& what) {
  return text(what);
}

std::string to_string(const raft::life_output& out, raft::life_stage stage) {
  static constexpr std::array stages{"resting", "founding", "minting", "inside"};
  static constexpr std::array results{"done", "refused", "unknown"};
  std::string result = std::string{" "} + stages[static_cast<std::size_t>(stage)];
  if (out.stop_core)
    result += ", core stops";
  if (out.save)
    result += ", saves itself as " + text(out.save->self) + " of cluster "
              + str(out.save->cluster.low) + " with" + text(out.save->founders)
              + (out.save->removed ? ", removed" : "");
  if (!out.turn_away.empty())
    result += ", turns away" + text(out.turn_away);
  for (const auto& word : out.send)
    result += ", tells " + text(word.to);
  if (out.start_core)
    result += ", core starts";
  for (const auto& request : out.ask)
    result += ", asks " + text(request.to) + " for order " + str(request.order) + " attempt "
              + str(request.attempt);
  for (const auto& notice : out.notices)
    result += std::string{", says "} + raft::to_string(notice.what)
              + (notice.text.empty() ? "" : ": " + notice.text);
  for (const auto& answer : out.answers)
    result += ", answers wish #" + str(answer.id) + ": "
              + results[static_cast<std::size_t>(answer.result)];
  return result;
}

} // namespace hamok::sim
