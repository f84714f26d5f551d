// Queues: a `std::deque`.

#include "hamok/tests/sim/model.hpp"

#include <deque>

namespace hamok::sim {

namespace {

class queue_model final : public model {
public:
  std::uint64_t execute(const operation& op, raft::index_t) override {
    switch (op.kind) {
    case operation_kind::push:
    case operation_kind::push_all:
      for (const auto pushed : pushed_by(op))
        items_.push_back(pushed);
      return items_.size();
    case operation_kind::pop: {
      if (items_.empty())
        return 0;
      const auto front = items_.front();
      items_.pop_front();
      return front;
    }
    case operation_kind::clear: {
      const auto count = items_.size();
      items_.clear();
      return count;
    }
    case operation_kind::import:
      items_.clear();
      for (const auto pushed : pushed_by(op))
        items_.push_back(pushed);
      return 0;
    default:
      return 0;
    }
  }

  content items() const override {
    content result;
    for (const auto each : items_)
      result.push_back({each, 0});
    return result;
  }

private:
  std::deque<std::uint64_t> items_;
};

} // namespace

std::unique_ptr<model> make_queue_model() {
  return std::make_unique<queue_model>();
}

} // namespace hamok::sim
