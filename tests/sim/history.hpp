#pragma once

// The one log that the whole cluster agrees on, as an observer of all members sees it grow, and
// what a plain model makes of it. Everything that a member does is compared with this.

#include "hamok/raft/types.hpp"
#include "hamok/tests/sim/command.hpp"
#include "hamok/tests/sim/model.hpp"
#include "hamok/tests/sim/shadow_log.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace hamok::sim {

/// A committed entry, and what the model made of it.
struct committed_entry {
  raft::term_t term = 0;
  raft::term_t commit_term = 0; ///< of the first member that called it committed
  std::uint64_t chain = 0;
  std::optional<operation> what; ///< none for a no-op
  operation_result result;
  std::uint64_t digest = 0; ///< of the content after it
};

class history {
public:
  history(raft::configuration founders, const std::vector<collection_kind>& collections);

  /// The cluster is founded by these; nothing is committed yet.
  void found(raft::configuration founders) {
    configurations_.front().members = std::move(founders);
  }

  [[nodiscard]] raft::index_t last_index() const noexcept { return entries_.size(); }

  /// The shadow of a log that ends with the committed entry at `index`.
  [[nodiscard]] shadow_log up_to(raft::index_t index) const {
    auto result = log_;
    result.truncate_from(index + 1);
    return result;
  }

  /// The committed entry at `index`, from 1 to `last_index()`.
  [[nodiscard]] const committed_entry& at(raft::index_t index) const { return entries_[index - 1]; }

  /// Takes over the next entry, `chain` being its chain hash.
  void append(const raft::entry& value, std::uint64_t chain, raft::term_t commit_term);

  /// Where the operation took effect; 0 when it has not.
  [[nodiscard]] raft::index_t applied_at(std::uint32_t client, std::uint64_t sequence) const;

  /// The content of that collection behind the entry at `index`; null before its creation.
  [[nodiscard]] const content* content_at(collection_kind kind, raft::index_t index) const;

  /// Collections that there are behind the entry at `index`.
  [[nodiscard]] std::size_t collections_at(raft::index_t index) const;

  /// Operations that took effect.
  [[nodiscard]] std::uint64_t operations() const noexcept { return operations_; }

  /// Operations that came before the one that they had to follow. Clients send in order: never.
  [[nodiscard]] std::uint64_t gaps() const noexcept { return gaps_; }

  /// The committed configuration in force at `index`, and the index of its entry.
  [[nodiscard]] const raft::configuration& members_at(raft::index_t index) const;
  [[nodiscard]] raft::index_t members_index_at(raft::index_t index) const;

  /// Whether a configuration that was in force at `since` or later is as `holds` wants it.
  template <class Holds>
  [[nodiscard]] bool any_members_since(raft::index_t since, Holds&& holds) const {
    for (auto held = configurations_.rbegin(); held != configurations_.rend(); ++held) {
      if (holds(held->members))
        return true;
      if (held->index <= since)
        break;
    }
    return false;
  }

  /// The index of the entry whose commit removed this life; 0 when none did.
  [[nodiscard]] raft::index_t removed_at(const raft::member_id& id) const;

private:
  struct committed_configuration {
    raft::index_t index = 0;
    raft::configuration members;
  };

  /// A collection, and all that was ever in it.
  struct modelled {
    std::unique_ptr<model> plain;
    std::uint64_t number = 0;                             ///< 0: nobody has created it yet
    std::vector<std::pair<raft::index_t, content>> after; ///< behind those indices
    std::uint64_t digest = 0;                             ///< of the last of these
  };

  [[nodiscard]] const committed_configuration& configuration_at(raft::index_t index) const;
  void note_members(raft::configuration members);
  void apply(const operation& op, committed_entry& at, raft::index_t index);
  std::uint64_t execute(const operation& op, raft::index_t index);
  void remember(collection_kind kind, raft::index_t index);

  std::vector<committed_entry> entries_;
  shadow_log log_;                                      ///< of the same entries
  std::vector<committed_configuration> configurations_; ///< the founders' first
  std::map<raft::member_id, raft::index_t> removed_;
  // The models: deliberately plain.
  std::map<collection_kind, modelled> collections_;
  std::uint64_t digest_ = 0; ///< of all of them
  std::map<std::pair<std::uint32_t, std::uint64_t>, operation_result> applied_;
  std::map<std::uint32_t, std::uint64_t> outstanding_; ///< by client
  std::uint64_t operations_ = 0;
  std::uint64_t gaps_ = 0;
};

} // namespace hamok::sim
