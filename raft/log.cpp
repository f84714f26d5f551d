#include "hamok/raft/log.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hamok::raft {

log::log(snapshot_meta base, std::vector<entry> entries)
    : base_(std::move(base)),
      entries_(std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end())) {}

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
  entries_.push_back(std::move(value));
}

void log::truncate_from(index_t first) {
  if (first <= last_index())
    entries_.resize(static_cast<std::size_t>(first - first_index()));
}

std::vector<entry> log::copy(index_t first, std::size_t count) const {
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first - first_index());
  const auto available = static_cast<std::size_t>(entries_.end() - begin);
  return {begin, begin + static_cast<std::ptrdiff_t>(std::min(count, available))};
}

} // namespace hamok::raft
