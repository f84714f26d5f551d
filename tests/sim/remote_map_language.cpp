#include "hamok/collections/remote_map_state.hpp"
#include "hamok/collections/remote_view_state.hpp"
#include "hamok/tests/sim/language.hpp"
#include "hamok/tests/sim/outside.hpp"
#include "hamok/tests/sim/outside_model.hpp"
#include "hamok/tests/sim/violation.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace hamok::sim {

namespace {

blob command_of(const operation& op) {
  switch (op.kind) {
  case operation_kind::claim:
    return remote_command::claim(outside_owner);
  case operation_kind::report:
    return op.words;
  default: // as a map's
    return remote_command::enqueue(outside_owner, tells_changes(op), map_language().command(op));
  }
}

std::uint64_t result_of(const operation& op, const blob& answer) {
  std::uint64_t index = 0;
  bool counts = false;
  const bool good = op.kind == operation_kind::report ? map_answer::decode(answer, counts)
                                                      : map_answer::decode(answer, index);
  if (!good)
    cannot_read(op);
  return op.kind == operation_kind::report ? std::uint64_t{counts} : index;
}

std::uint64_t hash_of(const remote_result& result) {
  std::vector<remote_touch> touches;
  if (result.status != remote_status::done || !decode(result.touches, touches))
    throw violation{"collections are as modelled", "an operation was not done"};
  return sim::hash_of(to_content(touches));
}

content read_content(const hamok::state_view& view) {
  const auto& map = dynamic_cast<const remote_view&>(view);
  const auto all = std::numeric_limits<std::size_t>::max();
  const auto summary = map.summary();
  content result;
  for (const auto& task : map.tasks(all, all))
    result.push_back({task.index, 0});
  if (result.size() != view.size())
    throw violation{"collections are as modelled", "another number waits than there are tasks"};
  result.push_back({remote_item::executor, summary.executor});
  result.push_back({remote_item::reported, summary.reported});
  const auto last = summary.reported;
  auto index = last - std::min<raft::index_t>(last, remote_item::outcome_window - 1);
  for (; index <= last; ++index)
    if (const auto outcome = map.result(index))
      result.push_back({remote_item::outcome + index, hash_of(*outcome)});
  return result;
}

/// There is none.
blob import_of(const operation&) {
  return {};
}

} // namespace

const language& remote_map_language() noexcept {
  static constexpr language remote_map{
      "remote_map",
      []() -> std::unique_ptr<hamok::state_machine> {
        return std::make_unique<remote_map_state>();
      },
      command_of,
      import_of,
      result_of,
      read_content,
  };
  return remote_map;
}

} // namespace hamok::sim
