#include "hamok/tests/sim/old_acknowledgements.hpp"

#include "hamok/tests/sim/world.hpp"

#include <algorithm>

namespace hamok::sim {

namespace {

/// Terms of each receiver that are remembered.
constexpr std::size_t max_terms = 8;

} // namespace

old_acknowledgements::old_acknowledgements(world& all) : all_(all) {}

void old_acknowledgements::keep(std::size_t from, std::size_t to, const raft::message& message,
                                const blob& bytes) {
  const auto* answer = std::get_if<raft::append_response>(&message.body);
  if (answer == nullptr || !answer->success || answer->match_index == 0)
    return;
  auto& kept = kept_.at(from, to);
  const bool same_term = !kept.empty() && kept.back().term == answer->term;
  if (same_term && kept.back().match_index >= answer->match_index)
    return;
  if (same_term)
    kept.pop_back();
  else if (kept.size() == max_terms)
    kept.erase(kept.begin());
  const auto& log = all_.rules.view().members[from].log;
  kept.push_back({answer->term, answer->match_index, log.chain_at(answer->match_index), bytes});
}

bool old_acknowledgements::dangerous(const acknowledgement& kept, std::size_t from,
                                     std::size_t to) const {
  const auto& sender = all_.rules.view().members[from].log;
  const auto& leader = all_.rules.view().members[to];
  const bool dropped =
      !sender.holds(kept.match_index) || sender.chain_at(kept.match_index) != kept.chain;
  // A leader that does not have the index itself could not take it for an answer at all.
  return dropped && kept.term < leader.now.term && leader.log.holds(kept.match_index)
         && !sender.agrees(leader.log, kept.match_index);
}

void old_acknowledgements::deliver(std::size_t who) {
  if (!all_.trouble.stormy())
    return;
  for (std::size_t from = 0; from < all_.members.size(); ++from)
    std::erase_if(kept_.at(from, who), [&](const acknowledgement& kept) {
      if (!dangerous(kept, from, who))
        return false;
      all_.time.after(all_.chance.between(duration{0}, all_.plan.network.max_delay),
                      [this, from, who, bytes = kept.bytes] {
                        all_.done.add(count::old_acknowledgements);
                        all_.members[who].receive(from, bytes);
                      });
      return true;
    });
}

} // namespace hamok::sim
