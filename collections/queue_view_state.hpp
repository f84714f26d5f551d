#pragma once

// The content of a queue at one index, for readers on any thread. Which container holds it does not
// show, as with `map_view`.

#include "hamok/collections/queue_command_state.hpp"
#include "hamok/collections/state_machine_state.hpp"

#include <memory>
#include <optional>

namespace hamok {

/// Immutable; all functions may be called from any thread.
class queue_view : public state_view {
public:
  /// Goes through the items once. Used by one thread at a time; keeps what it goes through.
  class cursor {
  public:
    cursor() = default;
    cursor(const cursor&) = delete;
    cursor& operator=(const cursor&) = delete;
    virtual ~cursor() = default;

    /// The next item, or nothing behind the last one.
    [[nodiscard]] virtual std::optional<blob> next() = 0;
  };

  /// The first item, if any.
  [[nodiscard]] virtual std::optional<blob> front() const = 0;

  /// The items in their order.
  [[nodiscard]] virtual std::unique_ptr<cursor> items() const = 0;

  [[nodiscard]] virtual digest128 digest() const = 0;
};

} // namespace hamok
