// Tables, maps and records: a `std::map`.

#include "hamok/tests/sim/model.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace hamok::sim {

namespace {

class map_model final : public model {
public:
  std::uint64_t execute(const operation& op, raft::index_t) override {
    using enum operation_kind;
    switch (op.kind) {
    case set_all:
    case insert_all:
    case remove_all:
    case erase_all:
      return execute_on_many(op);
    case update_all_if:
      return update_all(op);
    case clear: {
      const auto count = values_.size();
      values_.clear();
      return count;
    }
    case import:
      values_.clear();
      for (const auto& [key, value] : pairs_of(op))
        values_[key] = value;
      return 0;
    default:
      return execute_on_one(op);
    }
  }

  content items() const override {
    content result;
    for (const auto& [key, value] : values_)
      result.push_back({key, value});
    return result;
  }

private:
  [[nodiscard]] std::optional<std::uint64_t> find(std::uint64_t key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? std::nullopt : std::optional{found->second};
  }

  std::uint64_t execute_on_one(const operation& op) {
    const auto before = find(op.key);
    const bool as_expected = before == op.expected;
    switch (op.kind) {
    case operation_kind::set:
      values_[op.key] = op.value;
      return before.value_or(0);
    case operation_kind::insert:
      values_.emplace(op.key, op.value);
      return before.value_or(0);
    case operation_kind::add:
      values_[op.key] = before.value_or(0) + op.value;
      return before.value_or(0);
    case operation_kind::remove:
      values_.erase(op.key);
      return before.value_or(0);
    case operation_kind::update_if:
      if (as_expected)
        values_[op.key] = op.value;
      return as_expected ? 1 : 0;
    case operation_kind::remove_if:
      if (as_expected)
        values_.erase(op.key);
      return as_expected ? 1 : 0;
    case operation_kind::erase:
      return values_.erase(op.key);
    default:
      return 0;
    }
  }

  /// Answers with what was there, in the order of the command; of an insertion each key once, and
  /// of an erasure the keys alone.
  std::uint64_t execute_on_many(const operation& op) {
    content there;
    for (const auto& [key, value] : pairs_of(op)) {
      const auto before = find(key);
      if (op.kind == operation_kind::set_all)
        values_[key] = value;
      else if (op.kind == operation_kind::insert_all)
        values_.emplace(key, value);
      else
        values_.erase(key);
      const bool again = op.kind == operation_kind::insert_all && names(there, key);
      if (before && !again)
        there.push_back({key, op.kind == operation_kind::erase_all ? 0 : *before});
    }
    return hash_of(there);
  }

  static bool names(const content& items, std::uint64_t key) {
    return std::ranges::find(items, key, &item::name) != items.end();
  }

  std::uint64_t update_all(const operation& op) {
    const auto fits = [&](const expected_item& wanted) {
      const auto value = find(wanted.key);
      switch (wanted.what) {
      case expectation::value:
        return value == op.expected;
      case expectation::absent:
        return !value;
      case expectation::value_or_absent:
        return !value || value == op.expected;
      }
      return false;
    };
    if (!std::ranges::all_of(expectations_of(op), fits))
      return 0;
    for (const auto& [key, value] : pairs_of(op))
      values_[key] = value;
    return 1;
  }

  std::map<std::uint64_t, std::uint64_t> values_;
};

} // namespace

std::unique_ptr<model> make_map_model() {
  return std::make_unique<map_model>();
}

} // namespace hamok::sim
