#pragma once

// The content of a map at one index, for readers on any thread. Which container holds it does not
// show: an application needs no header of it, and may be built with other settings of it.

#include "hamok/collections/map_command_state.hpp"
#include "hamok/collections/state_machine_state.hpp"

#include <memory>
#include <optional>

namespace hamok {

/// Immutable; all functions may be called from any thread.
class map_view : public state_view {
public:
  /// Goes through the entries once. Used by one thread at a time; keeps what it goes through.
  class cursor {
  public:
    cursor() = default;
    cursor(const cursor&) = delete;
    cursor& operator=(const cursor&) = delete;
    virtual ~cursor() = default;

    /// The next entry, or nothing behind the last one.
    [[nodiscard]] virtual std::optional<key_value> next() = 0;
  };

  /// The value of the key, if any.
  [[nodiscard]] virtual std::optional<blob> find(const blob& key) const = 0;

  /// The entries, in no order that means anything, but the same for equal content.
  [[nodiscard]] virtual std::unique_ptr<cursor> entries() const = 0;

  [[nodiscard]] virtual digest128 digest() const = 0;
};

} // namespace hamok
