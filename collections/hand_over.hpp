#pragma once

// States on their way from one actor of a process to another: a message carries the number of a
// slot instead of a pointer.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <typeindex>
#include <utility>

namespace hamok {

/// Objects by number. One for each member, shared by its applier and its collections.
///
/// Thread safety: all functions may be called from any thread. What is in a slot is used by one
/// actor at a time, as the messages about it say.
class hand_over {
public:
  /// Puts an object into a slot of its own. Whoever is told of the slot empties it.
  template <class T>
  [[nodiscard]] std::uint64_t put(std::shared_ptr<T> object) {
    const std::lock_guard guard{mutex_};
    slots_.emplace(++last_, slot{std::move(object), typeid(T)});
    return last_;
  }

  /// What is in the slot, or null: nothing, or something else. It stays there.
  template <class T>
  [[nodiscard]] std::shared_ptr<T> get(std::uint64_t number) const {
    const std::lock_guard guard{mutex_};
    const auto found = slots_.find(number);
    if (found == slots_.end() || found->second.type != typeid(T))
      return nullptr;
    return std::static_pointer_cast<T>(std::const_pointer_cast<void>(found->second.object));
  }

  /// The same, and empties the slot.
  template <class T>
  [[nodiscard]] std::shared_ptr<T> take(std::uint64_t number) {
    auto result = get<T>(number);
    drop(number);
    return result;
  }

  /// Empties the slot. What was in it is destroyed here unless somebody else has it.
  void drop(std::uint64_t number) {
    slot last;
    const std::lock_guard guard{mutex_};
    const auto found = slots_.find(number);
    if (found == slots_.end())
      return;
    last = std::move(found->second); // destroyed behind the lock
    slots_.erase(found);
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard guard{mutex_};
    return slots_.size();
  }

private:
  struct slot {
    std::shared_ptr<const void> object;
    std::type_index type = typeid(void);
  };

  mutable std::mutex mutex_;
  std::map<std::uint64_t, slot> slots_;
  std::uint64_t last_ = 0;
};

} // namespace hamok
