#pragma once

// Answers for callers that are no actors: a message carries the number of a slot instead of a
// pointer, and whoever has the answer puts it there.

#include "hamok/actors/interfaces/error.hpp"
#include "hamok/raft/bytes.hpp"

#include <caf/expected.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace hamok {

/// Where one answer arrives.
///
/// Thread safety: all functions may be called from any thread.
class call_slot {
public:
  using clock = std::chrono::steady_clock;

  /// Takes the answer; false: there was one already, which stays.
  bool set(caf::expected<blob> answer);

  /// Waits until there is an answer or `deadline` has passed.
  [[nodiscard]] bool wait_until(clock::time_point deadline) const;

  /// The answer, if it is there.
  [[nodiscard]] std::optional<caf::expected<blob>> get() const;

private:
  mutable std::mutex mutex_;
  mutable std::condition_variable arrived_;
  std::optional<caf::expected<blob>> answer_;
};

/// All slots that wait for an answer, by number. One for each member, shared by its facades and
/// its collection actors.
///
/// Thread safety: all functions may be called from any thread.
class call_table {
public:
  struct call {
    std::uint64_t id = 0; ///< 0: there was no room, or the table is closed and says why
    std::shared_ptr<call_slot> slot;
  };

  explicit call_table(std::size_t max_calls = std::size_t{1} << 18);

  /// Makes a slot. It stays in the table until `complete` or `forget`. Without a slot when too many
  /// calls wait already.
  [[nodiscard]] call open();

  /// Delivers the answer of call `id`. Unknown and forgotten ones are ignored.
  void complete(std::uint64_t id, caf::expected<blob> answer);

  /// Somebody waits for call `id`.
  [[nodiscard]] bool contains(std::uint64_t id) const;

  /// Nobody waits for call `id` any more.
  void forget(std::uint64_t id);

  /// Nobody answers any more: what waits may have happened, what is opened later fails with
  /// `stopped`.
  void close();

  /// How many calls wait.
  [[nodiscard]] std::size_t size() const;

private:
  struct shard {
    mutable std::mutex mutex;
    std::unordered_map<std::uint64_t, std::shared_ptr<call_slot>> slots;
  };

  [[nodiscard]] std::shared_ptr<call_slot> take(std::uint64_t id);

  const std::size_t max_calls_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<bool> closed_{false};
  std::atomic<std::uint64_t> next_; ///< from a random number on: nobody guesses the calls of others
  std::array<shard, 16> shards_;
};

} // namespace hamok
