#pragma once

// One connection of a broker: frames in, frames out, a bounded amount of bytes on the way, and an
// end that neither loses the last words nor keeps the descriptor of a peer that never reads.

#include "hamok/io/frame.hpp"
#include "hamok/io/link_config.hpp"
#include "hamok/io/wire.hpp"
#include "hamok/raft/codec.hpp"

#include <caf/error.hpp>
#include <caf/io/broker.hpp>
#include <caf/io/connection_handle.hpp>
#include <caf/io/system_messages.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace hamok {

/// Lives in the state of the broker that has the scribe; used by that actor only.
class connection {
public:
  using clock = std::chrono::steady_clock;

  connection(caf::io::broker* self, caf::io::connection_handle handle, const link_limits& limits);

  /// Begins to read, small frames only.
  void start();

  /// Somebody whom we trust is at the other end: frames may be as large as the limit from now on.
  void trust();

  /// Takes what has come. False when it breaks the rules of frames; see `parser_error()`.
  bool feed(const caf::io::new_data_msg& msg);
  [[nodiscard]] std::optional<frame> next() { return parser_.next(); }
  [[nodiscard]] bool has_next() const noexcept { return parser_.ready(); }
  [[nodiscard]] errc parser_error() const noexcept { return parser_.error(); }

  /// Stops and continues reading.
  void halt();
  void trigger();

  /// Writes a frame whose payload `encode(raft::writer&)` appends. False, with nothing written,
  /// when it is larger than the limit or the connection is ending.
  template <class F>
  bool write_frame(frame_type type, F encode) {
    const auto begin = begin_frame(scratch_);
    raft::writer out{scratch_};
    encode(out);
    finish_frame(scratch_, begin, type, group_);
    return send_scratch();
  }

  bool write_frame(frame_type type) {
    return write_frame(type, [](raft::writer&) {});
  }

  /// Writes whole frames that `append(std::vector<std::byte>&)` appends. As `write_frame`.
  template <class F>
  bool write_raw(F append) {
    append(scratch_);
    return send_scratch();
  }

  /// Writes go out behind the messages that are in the mailbox already: one system call for a
  /// batch.
  void flush();

  /// Group number in the frames that are written.
  void group(raft::group_id value) noexcept { group_ = value; }

  /// The system has taken some of the bytes.
  void transferred(const caf::io::data_transferred_msg& msg);

  /// Bytes written that the system has not taken.
  [[nodiscard]] std::size_t unsent() const noexcept { return unsent_; }
  [[nodiscard]] bool window_full() const noexcept { return unsent_ > limits_.window; }

  /// True when nothing was written since the last call.
  [[nodiscard]] bool was_idle() noexcept { return !std::exchange(written_, false); }
  /// Time since the last byte came.
  [[nodiscard]] clock::duration silence(clock::time_point now) const noexcept {
    return now - last_heard_;
  }
  /// The process itself was not running: nobody may be blamed for that time.
  void forgive_silence(clock::time_point now) noexcept { last_heard_ = now; }

  /// Says a last word: what was written goes out, then the connection is closed for writing. The
  /// owner waits for `connection_closed_msg`, no longer than the linger limit.
  void finish();
  [[nodiscard]] bool finishing() const noexcept { return finishing_; }

  /// Ends the connection, whatever is in the buffers, and then the actor with `reason`: when
  /// `connection_closed_msg` has come (its handler calls this again), or after the linger limit. In
  /// between a round of the multiplexer passes: it would lose a socket that comes and goes in one.
  void leave(const caf::error& reason);

  /// Ends the connection at once; for an actor that has ended already.
  void shut_down();

  /// `host:port` of the other side.
  [[nodiscard]] std::string remote() const;

  [[nodiscard]] caf::io::connection_handle handle() const noexcept { return handle_; }

private:
  bool send_scratch();
  void shut_down_writing();

  caf::io::broker* self_;
  caf::io::connection_handle handle_;
  link_limits limits_;
  raft::group_id group_ = 0;
  frame_parser parser_{max_small_payload};
  std::vector<std::byte> scratch_;
  std::size_t unsent_ = 0;
  clock::time_point last_heard_ = clock::now();
  bool written_ = false;
  bool flush_due_ = false;
  bool finishing_ = false;
  std::optional<caf::error> leaving_;
};

} // namespace hamok
