#pragma once

// An actor that brings content in, step by step, for one caller who waits until a deadline.

#include "hamok/actors/caf_compat.hpp"

#include <caf/actor_clock.hpp>
#include <caf/error.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/timespan.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace hamok {

/// The base of importers: it ends with its answer.
class import_job : public caf::event_based_actor {
public:
  using promise_type = caf::typed_response_promise<void>;

  import_job(caf::actor_config& cfg, caf::timespan limit)
      : caf::event_based_actor(cfg),
        limit_(limit) {}

protected:
  /// The answer to the request that is being handled. The time runs from now on.
  promise_type begin() {
    answer_ = make_response_promise<void>();
    deadline_ = clock().now() + limit_;
    return answer_;
  }

  /// How long the caller will wait; never nothing, which would mean no limit.
  [[nodiscard]] caf::timespan left() const {
    return std::max<caf::timespan>(deadline_ - clock().now(), std::chrono::milliseconds{1});
  }

  /// Answers, the first time.
  void finish(const caf::error& problem) {
    if (std::exchange(finished_, true))
      return;
    if (problem)
      answer_.deliver(problem);
    else
      answer_.deliver();
    quit();
  }

private:
  caf::timespan limit_;
  caf::actor_clock::time_point deadline_{};
  bool finished_ = false;
  promise_type answer_;
};

} // namespace hamok
