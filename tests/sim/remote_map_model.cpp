// Remote maps: a `std::deque` of what waits, and what will become of each operation, which is clear
// as soon as it is in the log.

#include "hamok/tests/sim/model.hpp"
#include "hamok/tests/sim/outside_model.hpp"

#include <algorithm>
#include <deque>
#include <vector>

namespace hamok::sim {

namespace {

class remote_map_model final : public model {
public:
  std::uint64_t execute(const operation& op, raft::index_t index) override {
    switch (op.kind) {
    case operation_kind::claim:
      executor_ = index;
      return index;
    case operation_kind::report:
      return report(op);
    default:
      waiting_.push_back(index);
      all_.push_back({index, hash_of(outside_.execute(op))});
      return index;
    }
  }

  content items() const override {
    content result;
    for (const auto index : waiting_)
      result.push_back({index, 0});
    result.push_back({remote_item::executor, executor_});
    result.push_back({remote_item::reported, reported_});
    for (const auto& [index, outcome] : all_)
      if (index <= reported_ && index + remote_item::outcome_window > reported_)
        result.push_back({remote_item::outcome + index, outcome});
    return result;
  }

private:
  std::uint64_t report(const operation& op) {
    if (executor_ == 0 || op.expected != executor_)
      return 0;
    auto next = std::ranges::find(all_, op.value, &item::name);
    for (auto left = op.count; left > 0 && next != all_.end(); --left, ++next) {
      if (next->name <= reported_)
        continue;
      if (waiting_.empty() || waiting_.front() != next->name)
        break;
      waiting_.pop_front();
      reported_ = next->name;
    }
    return 1;
  }

  outside_model outside_;
  std::vector<item> all_; ///< indices of operations, and hashes of their outcomes
  std::deque<raft::index_t> waiting_;
  raft::index_t executor_ = 0;
  raft::index_t reported_ = 0;
};

} // namespace

std::unique_ptr<model> make_remote_map_model() {
  return std::make_unique<remote_map_model>();
}

} // namespace hamok::sim
