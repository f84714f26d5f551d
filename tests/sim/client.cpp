#include "hamok/tests/sim/client.hpp"

#include "hamok/tests/sim/world.hpp"

#include <algorithm>

namespace hamok::sim {

client::client(world& all, std::uint32_t number)
    : all_(all),
      number_(number),
      collection_(all.plan.collections[number % all.plan.collections.size()]) {}

void client::start() {
  // Slower with time: what is new comes from faults, not from ever longer logs.
  const auto slower = 1 + static_cast<int>(all_.rules.view().past.operations() / 150);
  const auto think = all_.chance.between(duration{0}, all_.plan.clients.max_think) * slower;
  all_.time.after(all_.trouble.stopped() ? think / slower : think, [this] { next_batch(); });
}

// A batch of its own for what has to be known, or done, before anything else can be asked for.
void client::next_batch() {
  if (finishing_)
    return;
  const auto& plan = all_.plan.clients;
  const auto size = all_.chance.between(1, plan.max_batch);
  const auto first = next_sequence_;
  const auto first_in_session = std::max<std::uint64_t>(next_in_session_, 1);
  do
    batch_.push_back(next_operation(first, first_in_session));
  while (batch_.size() < size && batch_.back().kind != operation_kind::create
         && next_in_session_ > 0);
  acknowledged_before_ = all_.last_acknowledged;
  ask_somebody();
}

operation client::next_operation(std::uint64_t first, std::uint64_t first_in_session) {
  const auto& plan = all_.plan.clients;
  operation op;
  op.client = number_;
  op.sequence = next_sequence_++;
  op.first_outstanding = first;
  op.collection = collection_;
  op.number = collection_number_;
  op.place.session = session_;
  op.place.first_outstanding = first_in_session;
  op.kind = next_kind();
  if (op.kind == operation_kind::open) {
    next_in_session_ = 1;
  } else if (op.kind == operation_kind::close) {
    next_in_session_ = 0;
    ++session_;
  } else if (op.kind > operation_kind::close) {
    op.place.sequence = next_in_session_++;
  }
  op.key = static_cast<std::uint8_t>(all_.chance.below(plan.keys));
  op.count = static_cast<std::uint8_t>(all_.chance.below(4));
  op.value = all_.chance.between(1, plan.values);
  op.expected = all_.chance.between(1, plan.values);
  return op;
}

// A session ends when nothing of it is under way, as with a proposer.
operation_kind client::next_kind() {
  const bool in_table = collection_ == collection_kind::table;
  if (!in_table && collection_number_ == 0)
    return operation_kind::create;
  if (next_in_session_ == 0)
    return operation_kind::open;
  if (!in_table && batch_.empty() && all_.chance.chance(30))
    return operation_kind::close;
  return all_.chance.pick(operations_of(collection_));
}

void client::ask_somebody() {
  ask(all_.lives.anybody(all_.chance));
}

void client::ask(std::size_t whom) {
  const auto attempt = ++attempt_;
  request what{number_, attempt, batch_};
  all_.story.note(all_.time.now(), {0xC11E, number_, attempt, whom, batch_.front().sequence}, [&] {
    return "client " + str(number_) + " asks " + all_.name(whom) + " for #"
           + str(batch_.front().sequence) + " to #" + str(batch_.back().sequence);
  });
  all_.time.after(all_.net.delay(),
                  [this, whom, what = std::move(what)] { all_.members[whom].ask(what); });
  const auto& plan = all_.plan.clients;
  all_.time.after(all_.chance.between(plan.min_timeout, plan.max_timeout), [this, attempt] {
    if (attempt != attempt_ || batch_.empty())
      return;
    all_.done.add(count::requests_retried);
    ask_somebody();
  });
}

void client::answered(std::uint64_t sequence, std::uint64_t attempt,
                      const operation_result& result) {
  const auto found = std::find_if(batch_.begin(), batch_.end(),
                                  [&](const operation& op) { return op.sequence == sequence; });
  if (found == batch_.end())
    return; // it was answered before
  all_.story.note(all_.time.now(), {0xACC, number_, sequence, attempt, result.index}, [&] {
    return "client " + str(number_) + " knows that #" + str(sequence) + " is done, at index "
           + str(result.index);
  });
  all_.acknowledged({*found, result, acknowledged_before_});
  if (found->kind == operation_kind::create)
    collection_number_ = result.result;
  ++acknowledged_;
  batch_.erase(found);
  if (batch_.empty())
    start();
}

void client::refused(std::uint64_t attempt, std::size_t leader) {
  if (attempt != attempt_ || batch_.empty())
    return;
  // Not at once: a member may not know better for a while.
  const auto pause = all_.chance.between(duration{0}, all_.plan.clients.min_timeout);
  all_.time.after(pause, [this, attempt, leader] {
    if (attempt != attempt_ || batch_.empty())
      return;
    all_.done.add(count::requests_retried);
    if (leader == nobody)
      ask_somebody();
    else
      ask(leader);
  });
}

} // namespace hamok::sim
