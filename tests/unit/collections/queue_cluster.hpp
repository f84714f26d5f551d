#pragma once

// Members with one queue each.

#include "hamok/collections/queue.hpp"
#include "hamok/tests/unit/actors/recorder.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"

namespace hamok::state_test {

using hamok::test::eventually;

/// A `fake_cluster` whose collection "c" is a queue.
class queue_cluster : public fake_cluster {
public:
  explicit queue_cluster(std::size_t count = 1) : fake_cluster(count, "queue") {}

  template <class T = std::string>
  queue<T> queue_of(std::size_t which, queue_options options = {}) {
    return {"c", members.at(which).actor, members.at(which).access, std::move(options)};
  }

  /// Waits until so many callers of this member wait.
  bool await_outstanding(std::size_t which, std::uint64_t count) {
    const auto jobs = queue_of(which);
    return eventually([&] {
      const auto status = jobs.status();
      return status && status->outstanding == count;
    });
  }
};

} // namespace hamok::state_test
