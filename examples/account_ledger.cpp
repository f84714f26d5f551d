// A state machine of one's own: accounts, and transfers that cannot overdraw them, whoever asks for
// them, on whichever members, at the same time. docs/replicated.md has the rules that it follows.
//
// Prints:  14 of 40 transfers of 7 are made
//          a: alice has 2, bob has 98
//          b: alice has 2, bob has 98
//          c: alice has 2, bob has 98

#include "hamok/actors/plugin.hpp"
#include "hamok/collections/replicated.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace bank {

/// Money goes from one account to another. It comes from outside where `from` is empty.
struct transfer {
  std::string from;
  std::string to;
  std::uint64_t amount = 0;
};
template <class Inspector>
bool inspect(Inspector& f, transfer& x) {
  return f.object(x).fields(f.field("from", x.from), f.field("to", x.to),
                            f.field("amount", x.amount));
}

/// Whether it was made, and what the payer has now.
struct receipt {
  bool made = false;
  std::uint64_t left = 0;
};
template <class Inspector>
bool inspect(Inspector& f, receipt& x) {
  return f.object(x).fields(f.field("made", x.made), f.field("left", x.left));
}

/// The same on every member, because every member applies the same transfers in the same order.
struct ledger {
  using command = transfer;
  using result = receipt;
  using question = std::string; // whose account
  using answer = std::uint64_t;

  std::map<std::string, std::uint64_t> accounts;

  /// First whatever may be wrong, then the change: it is made whole or not at all.
  receipt apply(const transfer& what) {
    const auto from_outside = what.from.empty();
    const auto has = from_outside ? what.amount : query(what.from);
    const auto room = std::numeric_limits<std::uint64_t>::max() - query(what.to);
    if (what.to.empty() || has < what.amount || room < what.amount)
      return {false, query(what.from)};
    if (!from_outside)
      accounts[what.from] -= what.amount;
    accounts[what.to] += what.amount;
    return {true, query(what.from)};
  }

  [[nodiscard]] std::uint64_t query(const std::string& name) const {
    const auto found = accounts.find(name);
    return found == accounts.end() ? 0 : found->second;
  }
};
template <class Inspector>
bool inspect(Inspector& f, ledger& x) {
  return f.object(x).fields(f.field("accounts", x.accounts));
}

template <class T>
T must(caf::expected<T> value) {
  if (!value) {
    std::cerr << to_string(value.error()) << '\n';
    std::exit(1);
  }
  return std::move(*value);
}

/// What this account has, as the member knows.
std::uint64_t balance(const caf::scoped_actor& self, const hamok::replicated<ledger>& accounts,
                      const std::string& name) {
  std::uint64_t result = 0;
  accounts.query(self, name)
      .receive([&](std::uint64_t has) { result = has; },
               [](const caf::error& reason) {
                 std::cerr << to_string(reason) << '\n';
                 std::exit(1);
               });
  return result;
}

} // namespace bank

int main() {
  using bank::must;
  hamok::init();
  hamok::register_state<bank::ledger>("ledger"); // on every member, before it starts
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::vector<hamok::node> nodes;
  std::vector<hamok::replicated<bank::ledger>> accounts; // of each member
  for (const auto* name : {"a", "b", "c"}) {
    hamok::node_config settings;
    settings.peer_id = name;
    settings.link = hamok::link_kind::local; // members of one actor system need no sockets
    settings.initial_members = {{"a", {}}, {"b", {}}, {"c", {}}};
    nodes.push_back(must(hamok::spawn_node(system, settings)));
    accounts.push_back(
        must(hamok::open_replicated<bank::ledger>(nodes.back(), "accounts", "ledger")));
  }
  must(accounts[0].execute({"", "alice", 100}).get());

  // Two members at once: each would find enough for its own twenty transfers, at times.
  std::vector<hamok::future<bank::receipt>> asked;
  for (int i = 0; i < 20; ++i)
    for (auto member : {1, 2})
      asked.push_back(accounts[member].execute({"alice", "bob", 7}));
  int made = 0;
  for (auto& each : asked)
    made += must(each.get()).made ? 1 : 0;
  std::cout << made << " of " << asked.size() << " transfers of 7 are made\n";

  // A question is answered by one member, at once. Behind a command of its own, even one that moves
  // nothing, it has seen all that was acknowledged anywhere before.
  const caf::scoped_actor self{system};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    must(accounts[i].execute({"alice", "alice", 0}).get());
    std::cout << nodes[i].local_peer_id() << ": alice has " << balance(self, accounts[i], "alice")
              << ", bob has " << balance(self, accounts[i], "bob") << '\n';
  }
}
