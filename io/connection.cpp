#include "hamok/io/connection.hpp"

#include "hamok/actors/caf_compat.hpp"

#include <caf/io/receive_policy.hpp>

#include <sys/socket.h>

namespace hamok {

namespace {

/// A scratch buffer that has grown larger than this for one frame is given back.
constexpr std::size_t max_kept_scratch = std::size_t{4} << 20;

/// The multiplexer's handles are its descriptors.
int descriptor_of(caf::io::connection_handle handle) {
  return static_cast<int>(handle.id());
}

} // namespace

connection::connection(caf::io::broker* self, caf::io::connection_handle handle,
                       const link_limits& limits)
    : self_(self),
      handle_(handle),
      limits_(limits) {}

void connection::start() {
  last_heard_ = clock::now();
  self_->ack_writes(handle_, true);
  self_->configure_read(handle_, caf::io::receive_policy::at_most(limits_.read_size));
}

void connection::trust() {
  parser_.max_payload(limits_.max_payload);
}

bool connection::feed(const caf::io::new_data_msg& msg) {
  last_heard_ = clock::now();
  return parser_.feed(compat::std_bytes(msg.buf));
}

void connection::halt() {
  self_->halt(handle_);
}

void connection::trigger() {
  self_->trigger(handle_);
}

bool connection::send_scratch() {
  const auto size = scratch_.size();
  const bool fits = size <= limits_.max_payload + frame_header_size;
  const bool ok = fits && !finishing_ && self_->valid(handle_);
  if (ok) {
    auto& out = self_->wr_buf(handle_);
    const auto bytes = compat::caf_bytes(std::span<const std::byte>{scratch_});
    out.insert(out.end(), bytes.begin(), bytes.end());
    unsent_ += size;
    written_ = true;
  }
  scratch_.clear();
  if (scratch_.capacity() > max_kept_scratch)
    scratch_ = {};
  if (ok && !flush_due_) {
    flush_due_ = true;
    compat::send(self_, caf::actor_cast<caf::actor>(self_), caf::flush_atom_v);
  }
  return ok;
}

void connection::flush() {
  flush_due_ = false;
  self_->flush(handle_);
}

void connection::transferred(const caf::io::data_transferred_msg& msg) {
  unsent_ = static_cast<std::size_t>(msg.remaining);
  if (finishing_ && unsent_ == 0)
    shut_down_writing();
}

void connection::finish() {
  if (finishing_)
    return;
  finishing_ = true;
  flush();
  if (unsent_ == 0)
    shut_down_writing();
}

void connection::shut_down_writing() {
  if (self_->valid(handle_))
    ::shutdown(descriptor_of(handle_), SHUT_WR);
}

void connection::leave(const caf::error& reason) {
  finishing_ = true;
  const bool first = !leaving_;
  if (first)
    leaving_ = reason;
  if (!self_->valid(handle_)) {
    self_->quit(*leaving_);
    return;
  }
  if (!first)
    return;
  trigger(); // a halted connection would not hear of its end
  ::shutdown(descriptor_of(handle_), SHUT_RDWR);
  compat::run_after(self_, limits_.linger, [self = self_, why = *leaving_] { self->quit(why); });
}

void connection::shut_down() {
  finishing_ = true;
  if (!self_->valid(handle_))
    return;
  ::shutdown(descriptor_of(handle_), SHUT_RDWR);
  self_->close(handle_);
}

std::string connection::remote() const {
  const auto host = self_->remote_addr(handle_);
  const auto port = std::to_string(self_->remote_port(handle_));
  return host.find(':') == std::string::npos ? host + ":" + port : "[" + host + "]:" + port;
}

} // namespace hamok
