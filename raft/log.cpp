#include "hamok/raft/log.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hamok::raft {

log::log(snapshot_meta base, std::vector<entry> entries)
    : base_(std::move(base)),
      entries_(std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end())) {
  for (const auto& item : entries_)
    bytes_ += footprint(item);
}

term_t log::last_term() const noexcept {
  return entries_.empty() ? base_.term : entries_.back().term;
}

duration log::last_cluster_time() const noexcept {
  return entries_.empty() ? base_.cluster_time : entries_.back().cluster_time;
}

std::optional<term_t> log::term_at(index_t index) const noexcept {
  if (index == base_.index)
    return base_.term;
  if (index < base_.index || index > last_index())
    return std::nullopt;
  return at(index).term;
}

const entry& log::at(index_t index) const {
  return entries_[static_cast<std::size_t>(index - first_index())];
}

index_t log::first_of_term(index_t index) const {
  const auto term = at(index).term;
  // Terms never decrease along the log, so the run can be found by bisection.
  const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(index - base_.index);
  const auto first = std::partition_point(entries_.begin(), end,
                                          [term](const entry& item) { return item.term < term; });
  return first_index() + static_cast<index_t>(first - entries_.begin());
}

index_t log::last_of_term(term_t term, index_t index) const {
  if (index <= base_.index)
    return base_.index;
  const auto held = std::min(index, last_index()) - base_.index;
  const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(held);
  const auto behind = std::partition_point(entries_.begin(), end,
                                           [term](const entry& item) { return item.term <= term; });
  return base_.index + static_cast<index_t>(behind - entries_.begin());
}

void log::append(entry value) {
  bytes_ += footprint(value);
  entries_.push_back(std::move(value));
}

void log::truncate_from(index_t first) {
  while (last_index() >= first && !entries_.empty()) {
    bytes_ -= footprint(entries_.back());
    entries_.pop_back();
  }
}

void log::compact_to(snapshot_meta base) {
  while (base_.index < base.index && !entries_.empty()) {
    bytes_ -= footprint(entries_.front());
    entries_.pop_front();
    ++base_.index;
  }
  base_ = std::move(base);
}

void log::reset(snapshot_meta base) {
  entries_.clear();
  bytes_ = 0;
  base_ = std::move(base);
}

std::vector<entry> log::copy(index_t first, std::size_t count) const {
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first - first_index());
  const auto available = static_cast<std::size_t>(entries_.end() - begin);
  return {begin, begin + static_cast<std::ptrdiff_t>(std::min(count, available))};
}

} // namespace hamok::raft
