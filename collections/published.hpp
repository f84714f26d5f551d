#pragma once

// Where the owner of a state machine puts its content for readers on other threads.

#include "hamok/collections/state_machine_state.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace hamok {

/// The latest content of one collection on this member.
///
/// Thread safety: all functions may be called from any thread; the lock is held for the copy of
/// one pointer.
class published {
public:
  struct snapshot {
    std::shared_ptr<const state_view> view; ///< null: nothing was published yet
    raft::index_t index = 0;                ///< of the last entry in it
  };

  /// Content that is older than what is there is not shown: readers never see time go back when a
  /// state is built anew from the log.
  void publish(std::shared_ptr<const state_view> view, raft::index_t index) {
    std::lock_guard guard{mutex_};
    if (current_.view && index < current_.index)
      return;
    current_.view.swap(view); // the old content is released behind the lock
    current_.index = index;
  }

  [[nodiscard]] snapshot get() const {
    std::lock_guard guard{mutex_};
    return current_;
  }

private:
  mutable std::mutex mutex_;
  snapshot current_;
};

/// The published content of all collections of one member, by id. It is how a facade finds local
/// content without a pointer in any message.
///
/// Thread safety: all functions may be called from any thread.
class published_table {
public:
  /// The place for the collection `name`, made when it is not there yet.
  [[nodiscard]] std::shared_ptr<published> open(const std::string& name) {
    std::lock_guard guard{mutex_};
    auto& place = places_[name];
    if (!place)
      place = std::make_shared<published>();
    return place;
  }

  /// The collection `name` is no more: one that has the name next begins with another place.
  void forget(const std::string& name) {
    std::lock_guard guard{mutex_};
    places_.erase(name);
  }

private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<published>> places_;
};

} // namespace hamok
