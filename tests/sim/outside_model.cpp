#include "hamok/tests/sim/outside_model.hpp"

namespace hamok::sim {

bool tells_changes(const operation& op) noexcept {
  return op.count % 2 == 0;
}

content outside_model::execute(const operation& op) {
  switch (op.kind) {
  case operation_kind::clear: {
    const auto count = values_.size();
    values_.clear();
    return {{1, count}};
  }
  case operation_kind::set_all:
  case operation_kind::insert_all:
  case operation_kind::remove_all:
  case operation_kind::erase_all: {
    content result;
    for (const auto& [key, value] : pairs_of(op))
      result.push_back(execute_one(op, key, value));
    return result;
  }
  default:
    return {execute_one(op, op.key, op.value)};
  }
}

item outside_model::execute_one(const operation& op, std::uint64_t key, std::uint64_t value) {
  const auto found = values_.find(key);
  const bool there = found != values_.end();
  const auto before = there ? found->second : 0;
  const bool as_expected = there && before == op.expected;
  switch (op.kind) {
  case operation_kind::set:
  case operation_kind::set_all:
    values_[key] = value;
    return {1, before};
  case operation_kind::insert:
  case operation_kind::insert_all:
    values_.emplace(key, value);
    return {there ? 0U : 1U, before};
  case operation_kind::update_if:
    if (as_expected)
      values_[key] = value;
    return {as_expected ? 1U : 0U, 0};
  case operation_kind::remove_if:
    if (as_expected)
      values_.erase(key);
    return {as_expected ? 1U : 0U, 0};
  case operation_kind::erase:
  case operation_kind::erase_all:
    values_.erase(key);
    return {there ? 1U : 0U, tells_changes(op) ? before : 0};
  default: // removals
    values_.erase(key);
    return {there ? 1U : 0U, before};
  }
}

content outside_model::items() const {
  content result;
  for (const auto& [key, value] : values_)
    result.push_back({key, value});
  return result;
}

} // namespace hamok::sim
