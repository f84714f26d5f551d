#include "hamok/collections/remote_command_state.hpp"

#include <utility>

namespace hamok {

namespace {

/// What the smallest element of a list takes.
constexpr std::size_t min_touch_bytes = 1;
constexpr std::size_t min_result_bytes = 8 + 1 + 1;
constexpr std::size_t min_task_bytes = 8 + 1 + 1;

// Flags of a touch.
constexpr std::uint8_t has_changed = 1;
constexpr std::uint8_t has_old = 2;
constexpr std::uint8_t has_count = 4;

template <class Write>
blob written(Write write) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  write(out);
  return blob::from_vector(std::move(bytes));
}

template <class Code, class Write>
blob coded(Code code, Write write) {
  return written([&](raft::writer& out) {
    out.u8(static_cast<std::uint8_t>(code));
    write(out);
  });
}

} // namespace

namespace detail {

void write_owner(const raft::incarnation_id& owner, raft::writer& out) {
  out.u64(owner.high);
  out.u64(owner.low);
}

raft::incarnation_id read_owner(raft::reader& in) {
  raft::incarnation_id result;
  result.high = in.u64();
  result.low = in.u64();
  return result;
}

void write_result(const remote_result& value, raft::writer& out) {
  out.u64(value.index);
  out.u8(static_cast<std::uint8_t>(value.status));
  out.bytes(value.touches.bytes());
}

remote_result read_result(raft::reader& in) {
  remote_result result;
  result.index = in.u64();
  const auto status = in.u8();
  if (status >= static_cast<std::uint8_t>(remote_status::unavailable))
    in.fail();
  result.status = static_cast<remote_status>(status);
  result.touches = in.bytes();
  return result;
}

std::vector<remote_result> read_results(raft::reader& in) {
  std::vector<remote_result> result;
  const auto count = in.count(min_result_bytes);
  result.reserve(count);
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    result.push_back(read_result(in));
  return result;
}

} // namespace detail

namespace {

void write_results(const std::vector<remote_result>& values, raft::writer& out) {
  out.varint(values.size());
  for (const auto& value : values)
    detail::write_result(value, out);
}

} // namespace

namespace remote_operation {

blob sync() {
  return coded(code::sync, [](raft::writer&) {});
}

blob read(const blob& question) {
  return coded(code::read, [&](raft::writer& out) { out.raw(question.bytes()); });
}

std::optional<blob> question_of(const blob& operation) {
  if (operation.empty() || static_cast<code>(*operation.data()) != code::read)
    return std::nullopt;
  return operation.slice(1, operation.size() - 1);
}

} // namespace remote_operation

namespace remote_command {

blob enqueue(const raft::incarnation_id& owner, bool events, const blob& operation) {
  return coded(code::enqueue, [&](raft::writer& out) {
    detail::write_owner(owner, out);
    out.u8(events ? 1 : 0);
    out.raw(operation.bytes());
  });
}

blob claim(const raft::incarnation_id& owner) {
  return coded(code::claim, [&](raft::writer& out) { detail::write_owner(owner, out); });
}

blob report(raft::index_t executor, const std::vector<remote_result>& results) {
  return coded(code::report, [&](raft::writer& out) {
    out.u64(executor);
    write_results(results, out);
  });
}

} // namespace remote_command

namespace remote_query {

blob summary() {
  return coded(code::summary, [](raft::writer&) {});
}

blob result(raft::index_t index) {
  return coded(code::result, [&](raft::writer& out) { out.u64(index); });
}

blob digest() {
  return coded(code::digest, [](raft::writer&) {});
}

} // namespace remote_query

// -- bytes of everything --------------------------------------------------------------------------

blob encode(const std::vector<remote_touch>& touches) {
  return written([&](raft::writer& out) {
    out.varint(touches.size());
    for (const auto& touch : touches) {
      const auto flags = (touch.changed ? has_changed : 0) | (touch.old ? has_old : 0)
                         | (touch.count != 0 ? has_count : 0);
      out.u8(static_cast<std::uint8_t>(flags));
      if (touch.old)
        out.bytes(touch.old->bytes());
      if (touch.count != 0)
        out.varint(touch.count);
    }
  });
}

bool decode(const blob& bytes, std::vector<remote_touch>& out) {
  raft::reader in{bytes};
  out.clear();
  const auto count = in.count(min_touch_bytes);
  if (count > remote_limit::steps)
    return false;
  out.reserve(count);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    auto& touch = out.emplace_back();
    const auto flags = in.u8();
    if (flags > (has_changed | has_old | has_count))
      in.fail();
    touch.changed = (flags & has_changed) != 0;
    if ((flags & has_old) != 0)
      touch.old = in.bytes();
    if ((flags & has_count) != 0)
      touch.count = in.varint();
  }
  return in.done();
}

blob encode(const remote_result& value) {
  return written([&](raft::writer& out) { detail::write_result(value, out); });
}

bool decode(const blob& bytes, remote_result& out) {
  raft::reader in{bytes};
  out = detail::read_result(in);
  return in.done();
}

blob encode(const remote_summary& value) {
  return written([&](raft::writer& out) {
    detail::write_owner(value.owner, out);
    out.u64(value.executor);
    out.u64(value.reported);
    out.varint(value.waiting);
  });
}

bool decode(const blob& bytes, remote_summary& out) {
  raft::reader in{bytes};
  out.owner = detail::read_owner(in);
  out.executor = in.u64();
  out.reported = in.u64();
  out.waiting = in.varint();
  return in.done();
}

blob encode(const remote_job& value) {
  return written([&](raft::writer& out) {
    detail::write_owner(value.owner, out);
    out.u64(value.reported);
    out.varint(value.tasks.size());
    for (const auto& task : value.tasks) {
      out.u64(task.index);
      out.u8(task.events ? 1 : 0);
      out.bytes(task.operation.bytes());
    }
  });
}

bool decode(const blob& bytes, remote_job& out) {
  raft::reader in{bytes};
  out.owner = detail::read_owner(in);
  out.reported = in.u64();
  out.tasks.clear();
  const auto count = in.count(min_task_bytes);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    auto& task = out.tasks.emplace_back();
    task.index = in.u64();
    task.events = in.u8() != 0;
    task.operation = in.bytes();
  }
  return in.done();
}

blob encode(const remote_report& value) {
  return written([&](raft::writer& out) {
    out.text(value.problem);
    write_results(value.results, out);
  });
}

bool decode(const blob& bytes, remote_report& out) {
  raft::reader in{bytes};
  out.problem = in.text(remote_limit::problem_bytes);
  out.results = detail::read_results(in);
  return in.done();
}

} // namespace hamok
