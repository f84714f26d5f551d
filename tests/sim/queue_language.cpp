#include "hamok/collections/queue_state.hpp"
#include "hamok/collections/queue_view_state.hpp"
#include "hamok/tests/sim/language.hpp"
#include "hamok/tests/sim/violation.hpp"

#include <optional>
#include <vector>

namespace hamok::sim {

namespace {

std::vector<blob> items_of(const operation& op) {
  std::vector<blob> result;
  for (const auto pushed : pushed_by(op))
    result.push_back(bytes_of(pushed));
  return result;
}

blob command_of(const operation& op) {
  switch (op.kind) {
  case operation_kind::push:
    return queue_command::push(items_of(op).front().bytes());
  case operation_kind::push_all:
    return queue_command::push_all(items_of(op));
  case operation_kind::pop:
    return queue_command::pop();
  default:
    return queue_command::clear();
  }
}

blob import_of(const operation& op) {
  return encode_queue_content(items_of(op));
}

std::uint64_t result_of(const operation& op, const blob& answer) {
  if (op.kind == operation_kind::pop) {
    std::optional<blob> popped;
    if (!map_answer::decode(answer, popped))
      cannot_read(op);
    return popped ? number_in(*popped) : 0;
  }
  std::uint64_t count = 0;
  if (!map_answer::decode(answer, count))
    cannot_read(op);
  return count;
}

content read_content(const hamok::state_view& view) {
  content result;
  const auto& queue = dynamic_cast<const queue_view&>(view);
  const auto items = queue.items();
  while (const auto each = items->next())
    result.push_back({number_in(*each), 0});
  const auto front = queue.front();
  if (result.size() != view.size()
      || (front ? number_in(*front) : 0) != (result.empty() ? 0 : result.front().name))
    throw violation{"collections are as modelled", "a queue has another size or front than items"};
  return result;
}

} // namespace

const language& queue_language() noexcept {
  static constexpr language queue{
      "queue",
      []() -> std::unique_ptr<hamok::state_machine> { return std::make_unique<queue_state>(); },
      command_of,
      import_of,
      result_of,
      read_content,
  };
  return queue;
}

} // namespace hamok::sim
