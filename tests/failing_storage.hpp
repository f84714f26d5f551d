#pragma once

// A storage whose disk fails when a test wants it to.

#include "hamok/io/memory_storage.hpp"

#include <atomic>

namespace hamok::test {

/// Refuses to write once it is told to.
class failing_storage : public memory_storage {
public:
  raft::write_status write(const raft::persist_request& request,
                           const durable_callback& on_durable) override {
    return failing ? raft::write_status::failed : memory_storage::write(request, on_durable);
  }

  bool begin_anew(const raft::snapshot_meta& base) override {
    return !failing_base && memory_storage::begin_anew(base);
  }

  std::atomic<bool> failing{false};      ///< writes of the log
  std::atomic<bool> failing_base{false}; ///< the end of the founding
};

} // namespace hamok::test
