#pragma once

// Short words for tests of the replicated part of a remote map.

#include "hamok/collections/remote_map_state.hpp"
#include "hamok/tests/plain_storage.hpp"
#include "hamok/tests/unit/states/map_harness.hpp"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace hamok::state_test {

inline const raft::incarnation_id one_owner{1, 2};
inline const raft::incarnation_id another_owner{3, 4};

/// A remote map, its storage, and the index of the last entry.
struct remote_fixture {
  remote_map_state remote;
  plain_storage storage;
  raft::index_t index = 0;
  raft::index_t executor = 0;
  apply_result last;

  apply_result& apply(const blob& command, bool events = true) {
    last = remote.apply({++index, {}, events}, command);
    return last;
  }

  std::uint64_t number(const blob& command) {
    std::uint64_t result = 0;
    if (apply(command).status != command_status::ok || !map_answer::decode(last.result, result))
      throw std::logic_error{"no number"};
    return result;
  }
  bool flag(const blob& command) {
    bool result = false;
    if (apply(command).status != command_status::ok || !map_answer::decode(last.result, result))
      throw std::logic_error{"no flag"};
    return result;
  }

  raft::index_t enqueue(const blob& operation, bool events = true) {
    return number(remote_command::enqueue(one_owner, events, operation));
  }
  void claim() { executor = number(remote_command::claim(one_owner)); }

  [[nodiscard]] std::shared_ptr<const remote_view> view() {
    return std::dynamic_pointer_cast<const remote_view>(remote.view());
  }

  /// What the storage makes of the tasks in front.
  std::vector<remote_result> execute(std::size_t count) {
    std::vector<remote_result> results;
    for (const auto& task : view()->tasks(count, 1'000'000)) {
      remote_plan plan;
      if (read_operation(task.operation, task.events, plan) != command_status::ok)
        throw std::logic_error{"operation"};
      results.push_back({task.index, remote_status::done, encode(storage.take(plan.steps))});
    }
    return results;
  }

  bool report(const std::vector<remote_result>& results) {
    return flag(remote_command::report(executor, results));
  }

  /// Brings the operation through log and storage; gives its answer.
  blob run(const blob& operation, bool events = true) {
    const auto at = enqueue(operation, events);
    if (executor == 0)
      claim();
    if (!report(execute(1)))
      throw std::logic_error{"report"};
    return answer_at(at, operation, events);
  }

  blob answer_at(raft::index_t at, const blob& operation, bool events = true) {
    const auto result = view()->result(at);
    remote_plan plan;
    std::vector<remote_touch> touches;
    if (!result || result->status != remote_status::done
        || read_operation(operation, events, plan) != command_status::ok
        || !decode(result->touches, touches))
      throw std::logic_error{"result"};
    return answer_of(plan, touches);
  }

  /// What subscribers are told by the last entry.
  [[nodiscard]] std::vector<state_event> events() const {
    std::vector<state_event> result;
    for (const auto& event : last.events)
      if (event.kind != companion_event_kind)
        result.push_back(event);
    return result;
  }
  /// The indices whose end is told to companions.
  [[nodiscard]] std::vector<raft::index_t> ended() const {
    std::vector<raft::index_t> result;
    for (const auto& event : last.events)
      if (event.kind == companion_event_kind) {
        remote_result what;
        if (!decode(event.old_value, what))
          throw std::logic_error{"companion event"};
        result.push_back(what.index);
      }
    return result;
  }

  [[nodiscard]] remote_summary summary() { return view()->summary(); }
};

} // namespace hamok::state_test
