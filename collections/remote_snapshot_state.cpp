// The snapshots of a remote map: what waits, and what has come of the last operations.

#include "hamok/collections/remote_map_state.hpp"
#include "hamok/collections/state_bytes_state.hpp"

#include <utility>
#include <vector>

namespace hamok {

namespace {

constexpr std::uint8_t snapshot_version = 1;

void write_content(const remote_root& root, state_sink& sink) {
  state_writer out{sink};
  out.u8(snapshot_version);
  out.u64(root.owner.high);
  out.u64(root.owner.low);
  out.u64(root.executor);
  out.u64(root.reported);
  out.varint(root.waiting.size());
  for (const auto& task : root.waiting) {
    out.u64(task.index);
    out.u8(task.events ? 1 : 0);
    out.bytes(task.operation.bytes());
  }
  out.varint(root.results.size());
  for (const auto& result : root.results)
    out.bytes(encode(result).bytes());
}

class remote_cut final : public state_cut {
public:
  remote_cut(remote_root root, const digest128& digest) : root_(std::move(root)), digest_(digest) {}

  void write(state_sink& out) const override { write_content(root_, out); }
  [[nodiscard]] digest128 digest() const override { return digest_; }

private:
  remote_root root_;
  digest128 digest_;
};

/// What comes next, if it is no larger than this.
bool read_bounded(state_reader& in, std::size_t limit, blob& out) {
  const auto size = in.count(1);
  if (size > limit)
    return false;
  std::vector<std::byte> bytes(size);
  in.raw(bytes);
  out = blob::from_vector(std::move(bytes));
  return in.ok();
}

bool read_task(state_reader& in, remote_task& out) {
  out.index = in.u64();
  const auto events = in.u8();
  out.events = events == 1;
  remote_plan plan;
  return events <= 1 && read_bounded(in, remote_limit::operation_bytes, out.operation)
         && read_operation(out.operation, out.events, plan) == command_status::ok;
}

/// Bytes of an encoded result, at the most.
constexpr std::size_t max_result = remote_limit::touches_bytes + 32;

bool read_kept(state_reader& in, remote_result& out) {
  blob bytes;
  return read_bounded(in, max_result, bytes) && decode(bytes, out);
}

} // namespace

blob remote_map_state::snapshot() const {
  byte_sink out;
  write_content(root_, out);
  return out.take();
}

std::shared_ptr<const state_cut> remote_map_state::cut() {
  return std::make_shared<remote_cut>(root_, digest());
}

bool remote_map_state::restore(const blob& snapshot) {
  chunk_source source{snapshot};
  return load(source);
}

bool remote_map_state::load(state_source& source) {
  state_reader in{source};
  if (in.u8() != snapshot_version)
    return false;
  remote_map_state fresh;
  fresh.root_.owner.high = in.u64();
  fresh.root_.owner.low = in.u64();
  fresh.root_.executor = in.u64();
  fresh.root_.reported = in.u64();
  auto last = fresh.root_.reported;
  const auto waiting = in.count(10);
  if (waiting > remote_limit::waiting)
    return false;
  for (std::size_t i = 0; i < waiting; ++i) {
    remote_task task;
    if (!read_task(in, task) || task.index <= last)
      return false;
    last = task.index;
    fresh.put(std::move(task));
  }
  last = 0;
  const auto results = in.count(11);
  if (results > remote_limit::results)
    return false;
  for (std::size_t i = 0; i < results; ++i) {
    remote_result result;
    if (!read_kept(in, result) || result.index <= last || result.index > fresh.root_.reported)
      return false;
    last = result.index;
    fresh.keep(std::move(result));
  }
  if (!in.done())
    return false;
  root_ = std::move(fresh.root_);
  waiting_bytes_ = fresh.waiting_bytes_;
  result_bytes_ = fresh.result_bytes_;
  waiting_digest_ = fresh.waiting_digest_;
  result_digest_ = fresh.result_digest_;
  return true;
}

} // namespace hamok
