#pragma once

// What a member knows about its links. It only ever speeds things up or refuses to begin something:
// no promise, no quorum and no term depends on it (consensus.md, 2).

#include "hamok/raft/types.hpp"

#include <vector>

namespace hamok::raft {

/// The links that the shell has told of, and who was heard without one. A member that is not in it
/// is neither up nor down.
class link_table {
public:
  /// A link to this life is up.
  void up(const member_id& id);
  /// The last link to this life is gone.
  void down(const member_id& id);
  /// A message of this life has come, so there is a link, whatever was told of it.
  void heard(const member_id& id);
  /// Drops what is remembered of lives that take no part, but for the links that are up.
  void keep_members(const std::vector<member_id>& members);

  [[nodiscard]] bool is_up(const member_id& id) const noexcept;
  [[nodiscard]] bool is_down(const member_id& id) const noexcept;
  /// Everybody whose link is known to be down.
  [[nodiscard]] std::vector<member_id> all_down() const;

private:
  enum class state { up, heard, down };

  struct link {
    member_id peer;
    state now;
  };

  [[nodiscard]] const link* find(const member_id& id) const noexcept;
  void set(const member_id& id, state now);

  std::vector<link> links_;
};

} // namespace hamok::raft
