#include "hamok/actors/leader_actor.hpp"

#include <limits>
#include <utility>

namespace hamok {

namespace {

/// The message to itself that stands behind the operations which are in the mailbox already.
constexpr auto flush_marker = std::numeric_limits<std::uint64_t>::max();

/// Enough for one frame; beyond it there is nothing to gain by waiting for more.
constexpr auto full_batch = std::size_t{1} << 20;

std::size_t bytes_of(const proposal_batch& batch) {
  std::size_t result = 0;
  for (const auto& command : batch.commands)
    result += command.size();
  return result;
}

} // namespace

leader_role::leader_role(self_ptr self, std::unique_ptr<role_context> context)
    : shell_(self, std::move(context)) {
  shell_.keep_for_successor(&waiting_);
}

role_actor::behavior_type leader_role::make_behavior() {
  return shell_.behavior([this](proposal_batch& batch) { gather(batch); },
                         [this](const deadline_reached& msg) { on_deadline(msg); });
}

void leader_role::gather(proposal_batch& batch) {
  // What is so large goes alone: if it is refused for its size, others are not refused with it.
  if (bytes_of(batch) >= full_batch && !waiting_.empty())
    flush();
  if (waiting_.empty())
    compat::send(shell_.self(), compat::handle_of<role_actor>(shell_.self()),
                 deadline_reached{flush_marker});
  waiting_bytes_ += bytes_of(batch);
  waiting_.push_back(std::move(batch));
  if (waiting_bytes_ >= full_batch)
    flush();
}

void leader_role::on_deadline(const deadline_reached& msg) {
  if (msg.generation == flush_marker)
    flush();
  else
    shell_.on_deadline(msg);
}

void leader_role::flush() {
  waiting_bytes_ = 0;
  shell_.propose(std::exchange(waiting_, {}));
}

} // namespace hamok
