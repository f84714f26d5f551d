#pragma once

// What every replicated collection is underneath: a deterministic state machine on bytes.

#include "hamok/collections/digest_state.hpp"
#include "hamok/raft/types.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace hamok {

/// What a command may know of the world besides its own bytes: the same on every member.
struct command_context {
  raft::index_t index = 0;        ///< position of the entry in the log
  raft::duration cluster_time{0}; ///< the cluster's clock at that entry
  /// Somebody on this member wants events. Must not change anything but `apply_result::events`.
  bool events = true;
};

/// `state_event::kind` when the whole content was replaced: what changed is told by no event, and
/// has to be read anew.
inline constexpr std::uint8_t replaced_event_kind = 254;

/// `state_event::kind` of what only the collection's own companion on each member is told
/// (`companion_actor`), and no subscriber.
inline constexpr std::uint8_t companion_event_kind = 253;

/// Something that a command has done, for those who watch. The meaning of `kind` is the state
/// machine's own; 253 (`companion_event_kind`), 254 (`replaced_event_kind`) and 255 are reserved.
struct state_event {
  std::uint8_t kind = 0;
  blob key;
  blob old_value;
  blob new_value;

  friend bool operator==(const state_event&, const state_event&) = default;
};

/// How a command ended. Numbers are in snapshots: only add at the end.
enum class command_status : std::uint8_t {
  ok = 0,
  bad_command = 1, ///< its bytes cannot be understood; nothing was changed
  too_large = 2,   ///< it, or its answer, is larger than allowed; nothing was changed
  skipped = 3,     ///< its caller has given it up before it was applied
};

struct apply_result {
  command_status status = command_status::ok;
  blob result;
  std::vector<state_event> events;
};

/// What is to be done with a command whose caller would rather wait than be told that there was
/// nothing for it.
enum class command_turn : std::uint8_t {
  any,   ///< it never waits: its result is its result
  now,   ///< it will find something, unless somebody else is faster
  later, ///< there is nothing for it yet
};

/// The answer to a question, or why there is none.
class query_answer {
public:
  query_answer(blob bytes) noexcept : bytes_(std::move(bytes)) {}
  /// The question cannot be understood.
  query_answer(std::nullopt_t) noexcept : status_(command_status::bad_command) {}
  query_answer(command_status refused) noexcept : status_(refused) {}

  [[nodiscard]] command_status status() const noexcept { return status_; }
  explicit operator bool() const noexcept { return status_ == command_status::ok; }
  [[nodiscard]] const blob& operator*() const& noexcept { return bytes_; }
  [[nodiscard]] blob&& operator*() && noexcept { return std::move(bytes_); }

  friend bool operator==(const query_answer& answer, std::nullopt_t) noexcept { return !answer; }

private:
  command_status status_ = command_status::ok;
  blob bytes_;
};

/// An immutable picture of a state machine's content that any thread may read.
class state_view {
public:
  state_view() = default;
  state_view(const state_view&) = delete;
  state_view& operator=(const state_view&) = delete;
  virtual ~state_view() = default;

  /// Answers a question.
  [[nodiscard]] virtual query_answer query(const blob& question) const = 0;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
};

/// Where the bytes of a state go.
class state_sink {
public:
  state_sink() = default;
  state_sink(const state_sink&) = delete;
  state_sink& operator=(const state_sink&) = delete;
  virtual ~state_sink() = default;

  virtual void write(std::span<const std::byte> bytes) = 0;
};

/// Where the bytes of a state come from. They are hostile.
class state_source {
public:
  state_source() = default;
  state_source(const state_source&) = delete;
  state_source& operator=(const state_source&) = delete;
  virtual ~state_source() = default;

  /// Puts what comes next into `out` and gives its size. 0: nothing is left, or it is broken.
  [[nodiscard]] virtual std::size_t read_some(std::span<std::byte> out) = 0;

  /// Fills `out` with what comes next. False when there is less.
  [[nodiscard]] bool read(std::span<std::byte> out) {
    while (!out.empty()) {
      const auto count = read_some(out);
      if (count == 0)
        return false;
      out = out.subspan(count);
    }
    return true;
  }

  /// No more bytes than these are left; 0 exactly at the end.
  [[nodiscard]] virtual std::uint64_t remaining() const = 0;
};

/// The content of a state at one index. It is immutable, and may be read and let go of in any
/// thread.
class state_cut {
public:
  state_cut() = default;
  state_cut(const state_cut&) = delete;
  state_cut& operator=(const state_cut&) = delete;
  virtual ~state_cut() = default;

  /// Writes what `load` understands; equal content gives equal bytes.
  virtual void write(state_sink& out) const = 0;

  /// Equal for equal content on all members.
  [[nodiscard]] virtual digest128 digest() const = 0;
};

/// A deterministic state machine: what it holds is a function of the commands that were applied,
/// and of nothing else. Used from one thread.
class state_machine {
public:
  state_machine() = default;
  state_machine(const state_machine&) = delete;
  state_machine& operator=(const state_machine&) = delete;
  virtual ~state_machine() = default;

  /// Applies a committed command. Hostile bytes change nothing and give `bad_command`.
  virtual apply_result apply(const command_context& context, const blob& command) = 0;

  /// What is to be done with a command whose caller waits, when `ahead` others whose callers wait
  /// as well are on their way already. A command that has a turn is answered with no bytes at all
  /// when it has found nothing, and has changed nothing then.
  [[nodiscard]] virtual command_turn turn_of(const blob& /*command*/,
                                             std::uint64_t /*ahead*/) const {
    return command_turn::any;
  }

  /// Answers a question from the present content: `bad_command` when it cannot be understood,
  /// `too_large` when the answer has no room in a frame.
  [[nodiscard]] virtual query_answer query(const blob& question) const = 0;

  /// The whole content as bytes; equal content gives equal bytes.
  [[nodiscard]] virtual blob snapshot() const = 0;

  /// Replaces the content by a snapshot. Hostile bytes are refused whole: false, nothing changed.
  virtual bool restore(const blob& snapshot) = 0;

  /// The content as it is now, to be written out by somebody else while commands go on. Cheap where
  /// the content is persistent: a copy of a root.
  [[nodiscard]] virtual std::shared_ptr<const state_cut> cut() = 0;

  /// Replaces the content by all that `source` has. Hostile bytes are refused whole: false, nothing
  /// changed.
  virtual bool load(state_source& source) = 0;

  /// How many items there are, for status.
  [[nodiscard]] virtual std::uint64_t size() const = 0;

  /// Equal for equal content on all members.
  [[nodiscard]] virtual digest128 digest() const = 0;

  /// The content for readers on other threads, or null when this kind offers none. Called after
  /// every batch of commands, so it has to be cheap: a copy of a root, not of the content.
  [[nodiscard]] virtual std::shared_ptr<const state_view> view() = 0;
};

} // namespace hamok
