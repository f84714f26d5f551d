#pragma once

// Where everybody can be reached. Endpoints change without consensus, so they are not in the log:
// members tell each other what they know, and what a peer has said of itself later wins. Whoever
// knows one live endpoint learns all others (consensus.md, 5).

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace hamok::raft {

/// A peer's name and `host:port`.
struct known_peer {
  std::string peer;
  std::string endpoint;
  /// Counts what the peer has said of itself; 0: somebody has configured it.
  std::uint64_t version = 0;

  friend bool operator==(const known_peer&, const known_peer&) = default;
};

/// What one member knows. What others tell is hostile until it is in here. Thread safety: none.
class directory {
public:
  static constexpr std::size_t max_peers = 128;
  /// Of all names and endpoints: it has to fit into a hello.
  static constexpr std::size_t max_bytes = 24 * 1024;

  /// `endpoint` may be empty: this member cannot be reached, and says nothing of itself. `version`
  /// is to grow from one process to the next; where it does not, this member finds out by `learn`.
  directory(std::string self, std::string endpoint, std::uint64_t version);

  /// This member can be reached elsewhere now. True when that is to be told.
  bool move(std::string endpoint);

  /// Takes what somebody has told. True when something is new, and so is to be told to others: also
  /// when somebody believes of this member what it has not said in this life.
  bool learn(const std::vector<known_peer>& told);

  /// These are members or linked: they find room, and others make it.
  void keep(std::set<std::string> names);

  /// All that is known, this member first: what a hello and a piece of news carry.
  [[nodiscard]] std::vector<known_peer> all() const;
  [[nodiscard]] const known_peer* find(const std::string& peer) const noexcept;

private:
  bool learn(const known_peer& told);
  bool make_room(const known_peer& added);
  [[nodiscard]] std::size_t bytes() const noexcept;

  known_peer self_;
  std::vector<known_peer> others_; ///< in the order of their names
  std::set<std::string> kept_;
};

} // namespace hamok::raft
