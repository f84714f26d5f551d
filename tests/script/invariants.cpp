#include "hamok/tests/script/invariants.hpp"

#include <stdexcept>
#include <variant>

namespace hamok::script {

void invariants::leads(const std::string& name, raft::term_t term) {
  const auto [known, is_new] = leaders_.emplace(term, name);
  if (!is_new && known->second != name)
    throw std::runtime_error("election safety: " + known->second + " and " + name
                             + " both lead term " + std::to_string(term));
}

void invariants::commits(const std::string& name, const raft::committed_entries& committed) {
  auto index = committed.first_index;
  for (const auto& value : committed.entries) {
    const auto [known, is_new] = committed_.emplace(index, value);
    if (!is_new && !(known->second == value))
      throw std::runtime_error("state machine safety: " + name + " commits another entry at "
                               + std::to_string(index));
    ++index;
  }
}

void invariants::is_state(const std::string& name, raft::index_t index, const std::string& state) {
  const auto [known, is_new] = states_.emplace(index, state);
  if (!is_new && known->second != state)
    throw std::runtime_error("state machine safety: " + name + " has another state behind "
                             + std::to_string(index));
}

void invariants::promises(const std::string& name, const raft::outbound& item,
                          const raft::core& sender, const raft::test::disk& disk) {
  const auto& hard = disk.durable().hard;
  if (const auto* vote = std::get_if<raft::vote_response>(&item.message.body)) {
    if (vote->granted && !vote->pre_vote
        && (hard.term != vote->request_term || hard.vote != item.to))
      throw std::runtime_error("durability: " + name + " sends a vote that is not on disk");
  } else if (const auto* request = std::get_if<raft::vote_request>(&item.message.body)) {
    if (!request->pre_vote && (hard.term != request->term || hard.vote != sender.config().self))
      throw std::runtime_error("durability: " + name + " asks for votes without its own on disk");
  } else if (const auto* answer = std::get_if<raft::append_response>(&item.message.body)) {
    if (answer->success && answer->match_index > disk.last_index())
      throw std::runtime_error("durability: " + name + " acknowledges what is not on disk");
    if (answer->success && hard.term != answer->term)
      throw std::runtime_error("durability: " + name + " answers in a term that is not on disk");
  }
}

} // namespace hamok::script
