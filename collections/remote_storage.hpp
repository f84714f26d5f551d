#pragma once

// The storage behind a remote map: what the library ships one of in memory and one in Redis, and
// what an application implements for any other.

#include "hamok/collections/map_command_state.hpp"
#include "hamok/collections/remote_step_state.hpp"

#include <caf/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hamok {

/// Keys with their values, outside of the cluster. All members have an object for the same storage;
/// the one that leads executes what the log says, one write after the other, in the order of the
/// log.
///
/// A leader may be replaced at any moment, without knowing it, and its successor begins with what
/// has no outcome in the log. So the storage itself has to see to it that each write happens once:
/// it keeps, in the same transaction as the entries, which remote map it belongs to
/// (`remote_write::owner`), the index of the last write, and how the last writes have ended. One
/// that cannot do this executes some writes twice when leaders change: at least once, not exactly
/// once.
///
/// Functions may block, as each member calls them in threads of their own, but must return within
/// a time limit: the member's actor system does not end before. What they throw counts as
/// `unavailable`.
///
/// Thread safety: all functions may be called from several threads at once.
class remote_storage {
public:
  remote_storage() = default;
  remote_storage(const remote_storage&) = delete;
  remote_storage& operator=(const remote_storage&) = delete;
  virtual ~remote_storage() = default;

  /// Does all steps in their order, or none, and in the same transaction notes that it did
  /// (`take_step` says what a step does). Nothing is changed where the storage
  ///  - has another owner, and `reported` is not 0: `taken`. A storage without an owner is taken
  ///    over; so is one with another owner by the first write of a remote map.
  ///  - has done this index before: answered as then, or with `superseded` when it has done a later
  ///    one and does not keep how this one has ended.
  ///  - would have to answer with more than `max_bytes`: `too_large`, which is an outcome like
  ///    others: the index counts as done.
  /// Outcomes up to `reported` need not be kept any more.
  [[nodiscard]] virtual remote_outcome execute(const remote_write& write) = 0;

  /// How many outcomes it keeps: at least the last one. Nobody executes more than these before
  /// their outcomes are in the log.
  [[nodiscard]] virtual std::size_t kept_outcomes() const { return 1; }

  /// The value of each key, if any, in the order of the keys; all of one moment.
  [[nodiscard]] virtual caf::expected<std::vector<std::optional<blob>>>
  get(const std::vector<blob>& keys) = 0;

  /// The entries that come behind the key `after` (none: from the start), in the order of the
  /// bytes of the keys: at most `max_entries`, fewer than that only at the end or where they are
  /// more than some mebibytes, and none only at the end.
  [[nodiscard]] virtual caf::expected<std::vector<key_value>> scan(const std::optional<blob>& after,
                                                                   std::size_t max_entries) = 0;

  /// How many keys have a value.
  [[nodiscard]] virtual caf::expected<std::uint64_t> size() = 0;
};

using remote_storage_ptr = std::shared_ptr<remote_storage>;

/// The storages that the users of one member have given to its remote maps, by id: a message
/// carries no pointer.
///
/// Thread safety: all functions may be called from any thread.
class remote_storage_table {
public:
  /// The remote map has this storage from now on.
  void put(const std::string& id, remote_storage_ptr storage) {
    const std::lock_guard guard{mutex_};
    storages_[id].swap(storage); // the old one is released behind the lock
  }

  /// Null: nobody has given one.
  [[nodiscard]] remote_storage_ptr get(const std::string& id) const {
    const std::lock_guard guard{mutex_};
    const auto found = storages_.find(id);
    return found != storages_.end() ? found->second : nullptr;
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, remote_storage_ptr> storages_;
};

} // namespace hamok
