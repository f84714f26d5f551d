#include "hamok/collections/remote_map_state.hpp"

#include "hamok/raft/codec.hpp"

#include <utility>

namespace hamok {

namespace {

apply_result refuse(command_status reason) {
  apply_result result;
  result.status = reason;
  return result;
}

apply_result answer_with(blob result) {
  apply_result out;
  out.result = std::move(result);
  return out;
}

blob index_bytes(raft::index_t index) {
  std::vector<std::byte> bytes;
  raft::writer{bytes}.u64(index);
  return blob::from_vector(std::move(bytes));
}

blob bytes_of(const remote_task& task) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.u64(task.index);
  out.u8(task.events ? 1 : 0);
  out.raw(task.operation.bytes());
  return blob::from_vector(std::move(bytes));
}

/// The element with this index of a list that is sorted by it, or null.
template <class List>
const typename List::value_type* find_index(const List& list, raft::index_t index) {
  std::size_t first = 0;
  auto last = list.size();
  while (first < last) {
    const auto middle = first + (last - first) / 2;
    if (list[middle].index < index)
      first = middle + 1;
    else
      last = middle;
  }
  return first < list.size() && list[first].index == index ? &list[first] : nullptr;
}

digest128 digest_of(const remote_root& root, const sequence_digest& waiting,
                    const sequence_digest& results) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  detail::write_owner(root.owner, out);
  out.u64(root.executor);
  out.u64(root.reported);
  for (const auto& part : {to_blob(waiting.value()), to_blob(results.value())})
    out.raw(part.bytes());
  return hash_bytes(bytes);
}

} // namespace

// -- changing the content -------------------------------------------------------------------------

/// What another remote map has left here, in a snapshot from elsewhere, is nobody's any more.
void remote_map_state::belong_to(const raft::incarnation_id& owner) {
  if (owner == root_.owner)
    return;
  root_ = {};
  root_.owner = owner;
  waiting_bytes_ = 0;
  result_bytes_ = 0;
  waiting_digest_ = {};
  result_digest_ = {};
}

void remote_map_state::put(remote_task task) {
  waiting_bytes_ += task.operation.size();
  waiting_digest_.push_back(bytes_of(task).bytes());
  root_.waiting = std::move(root_.waiting).push_back(std::move(task));
}

remote_task remote_map_state::take() {
  auto task = root_.waiting.front();
  root_.waiting = std::move(root_.waiting).drop(1);
  waiting_bytes_ -= task.operation.size();
  waiting_digest_.pop_front(bytes_of(task).bytes());
  return task;
}

void remote_map_state::keep(remote_result result) {
  result_bytes_ += result.touches.size();
  result_digest_.push_back(encode(result).bytes());
  root_.results = std::move(root_.results).push_back(std::move(result));
  while (root_.results.size() > remote_limit::results
         || (root_.results.size() > 1 && result_bytes_ > remote_limit::result_bytes)) {
    const auto oldest = root_.results.front();
    result_bytes_ -= oldest.touches.size();
    result_digest_.pop_front(encode(oldest).bytes());
    root_.results = std::move(root_.results).drop(1);
  }
}

/// Tells what has become of a task, and keeps it for a while.
void remote_map_state::finish(const remote_task& task, remote_result result, bool events,
                              apply_result& out) {
  remote_plan plan;
  std::vector<remote_touch> touches;
  const auto known = read_operation(task.operation, task.events, plan) == command_status::ok
                     && result.touches.size() <= remote_limit::touches_bytes
                     && decode(result.touches, touches) && touches.size() == plan.steps.size();
  if (result.status != remote_status::done)
    result.touches = {};
  else if (!known) // nothing that a storage says of this operation
    result = {result.index, remote_status::superseded, {}};
  if (events && task.events && result.status == remote_status::done)
    add_events(plan, touches, out.events);
  if (events)
    out.events.push_back(
        {remote_result_event_kind, index_bytes(result.index), encode(result), blob{}});
  root_.reported = result.index;
  keep(std::move(result));
}

// -- commands -------------------------------------------------------------------------------------

apply_result remote_map_state::apply(const command_context& context, const blob& command) {
  using remote_command::code;
  raft::reader in{command};
  switch (static_cast<code>(in.u8())) {
  case code::enqueue:
    return apply_enqueue(context.index, in);
  case code::claim:
    return apply_claim(context.index, in);
  case code::report:
    return apply_report(in, context.events);
  }
  return refuse(command_status::bad_command);
}

apply_result remote_map_state::apply_enqueue(raft::index_t index, raft::reader& in) {
  const auto owner = detail::read_owner(in);
  const auto events = in.u8();
  const auto operation = in.rest();
  if (!in.ok() || events > 1)
    return refuse(command_status::bad_command);
  remote_plan plan;
  if (const auto status = read_operation(operation, events == 1, plan);
      status != command_status::ok)
    return refuse(status);
  belong_to(owner);
  if (root_.waiting.size() >= remote_limit::waiting
      || (!root_.waiting.empty()
          && waiting_bytes_ + operation.size() > remote_limit::waiting_bytes))
    return answer_with(map_answer::encode(std::uint64_t{0}));
  // A copy of its own, which lets go of the frame that the command came in.
  put({index, events == 1, blob{operation.bytes()}});
  return answer_with(map_answer::encode(std::uint64_t{index}));
}

apply_result remote_map_state::apply_claim(raft::index_t index, raft::reader& in) {
  const auto owner = detail::read_owner(in);
  if (!in.done())
    return refuse(command_status::bad_command);
  belong_to(owner);
  root_.executor = index;
  return answer_with(map_answer::encode(std::uint64_t{index}));
}

/// What is reported twice, after an answer that was lost, counts once.
apply_result remote_map_state::apply_report(raft::reader& in, bool events) {
  const auto executor = in.u64();
  auto results = detail::read_results(in);
  if (!in.done())
    return refuse(command_status::bad_command);
  const auto good = executor != 0 && executor == root_.executor;
  auto out = answer_with(map_answer::encode(good));
  if (!good)
    return out;
  for (auto& result : results) {
    if (result.index <= root_.reported)
      continue;
    if (root_.waiting.empty() || root_.waiting.front().index != result.index)
      break;
    result.touches = blob{result.touches.bytes()};
    finish(take(), std::move(result), events, out);
  }
  return out;
}

// -- questions ------------------------------------------------------------------------------------

namespace {

remote_summary summary_of(const remote_root& root) {
  return {root.owner, root.executor, root.reported, root.waiting.size()};
}

query_answer answer(const remote_root& root, const digest128& digest, const blob& question) {
  using remote_query::code;
  raft::reader in{question};
  const auto what = static_cast<code>(in.u8());
  const auto index = what == code::result ? in.u64() : 0;
  if (!in.done())
    return std::nullopt;
  switch (what) {
  case code::summary:
    return encode(summary_of(root));
  case code::result: {
    const auto* found = find_index(root.results, index);
    return found != nullptr ? encode(*found) : blob{};
  }
  case code::digest:
    return to_blob(digest);
  }
  return std::nullopt;
}

/// A root and what keeps it.
class root_view final : public remote_view {
public:
  root_view(remote_root root, const digest128& digest) : root_(std::move(root)), digest_(digest) {}

  [[nodiscard]] query_answer query(const blob& question) const override {
    return answer(root_, digest_, question);
  }
  [[nodiscard]] std::uint64_t size() const override { return root_.waiting.size(); }
  [[nodiscard]] remote_summary summary() const override { return summary_of(root_); }
  [[nodiscard]] std::vector<remote_task> tasks(std::size_t max_count,
                                               std::size_t max_bytes) const override {
    std::vector<remote_task> result;
    std::size_t bytes = 0;
    for (const auto& task : root_.waiting) {
      bytes += task.operation.size();
      if (result.size() >= max_count || (!result.empty() && bytes > max_bytes))
        break;
      result.push_back(task);
    }
    return result;
  }
  [[nodiscard]] bool waits(raft::index_t index) const override {
    return find_index(root_.waiting, index) != nullptr;
  }
  [[nodiscard]] std::optional<remote_result> result(raft::index_t index) const override {
    const auto* found = find_index(root_.results, index);
    return found != nullptr ? std::optional{*found} : std::nullopt;
  }

private:
  remote_root root_;
  digest128 digest_;
};

} // namespace

digest128 remote_map_state::digest() const {
  return digest_of(root_, waiting_digest_, result_digest_);
}

std::shared_ptr<const state_view> remote_map_state::view() {
  return std::make_shared<root_view>(root_, digest());
}

query_answer remote_map_state::query(const blob& question) const {
  return answer(root_, digest(), question);
}

} // namespace hamok
