#include "hamok/collections/compare_loop.hpp"

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/collections/map_command_state.hpp"

#include <memory>
#include <utility>

namespace hamok {

namespace {

using done_function = std::function<void(caf::expected<blob>)>;

/// One run of the loop.
class loop_run : public std::enable_shared_from_this<loop_run> {
public:
  loop_run(caf::event_based_actor* self, compare_loop loop, caf::timespan timeout,
           done_function done)
      : self_(self),
        loop_(std::move(loop)),
        done_(std::move(done)),
        deadline_(self->clock().now() + bounded(timeout)) {}

  void start() {
    const auto left = remaining();
    if (left.count() <= 0)
      return finish(make_error(errc::request_timeout, "the value was never left alone"));
    compat::request(self_, loop_.collection, left, read_state{loop_.question})
        .then([me = shared_from_this()](const blob& answer) { me->decide(answer); },
              [me = shared_from_this()](const caf::error& reason) {
                me->fail(reason, errc::connection_lost);
              });
  }

private:
  [[nodiscard]] caf::timespan remaining() const { return deadline_ - self_->clock().now(); }

  void decide(const blob& answer) {
    std::optional<blob> present;
    if (!map_answer::decode(answer, present))
      return finish(make_error(errc::bad_value));
    if (!present)
      return deny();
    const auto matches = evaluate(*present);
    if (!matches)
      return finish(matches.error());
    if (!*matches)
      return deny();
    const auto left = remaining();
    if (left.count() <= 0)
      return finish(make_error(errc::request_timeout, "the value was never left alone"));
    // A little patience, so that the collection's own verdict on the deadline arrives.
    compat::request(self_, loop_.collection, left + answer_margin,
                    execute{loop_.command(*present), left})
        .then([me = shared_from_this()](const blob& result) { me->conclude(result); },
              [me = shared_from_this()](const caf::error& reason) {
                me->fail(reason, errc::outcome_unknown);
              });
  }

  /// The value of this member does not satisfy the condition; it may be an old one.
  void deny() {
    if (up_to_date_)
      return finish(map_answer::encode(false));
    const auto left = remaining();
    if (left.count() <= 0)
      return finish(make_error(errc::request_timeout));
    compat::request(self_, loop_.collection, left + answer_margin, execute{loop_.barrier, left})
        .then(
            [me = shared_from_this()](const blob&) {
              me->up_to_date_ = true;
              me->start();
            },
            [me = shared_from_this()](const caf::error& reason) {
              // Only what changes nothing is in doubt.
              me->finish(cannot_have_happened(reason) ? reason : make_error(errc::request_timeout));
            });
  }

  [[nodiscard]] caf::expected<bool> evaluate(const blob& present) const {
    try {
      return loop_.matches(present);
    } catch (...) {
      return make_error(errc::bad_value, "the equality has thrown an exception");
    }
  }

  void conclude(const blob& result) {
    bool swapped = false;
    if (!map_answer::decode(result, swapped))
      return finish(make_error(errc::bad_value));
    up_to_date_ = true;
    if (!swapped)
      return start();
    finish(result);
  }

  void fail(const caf::error& reason, errc otherwise) {
    if (reason.category() == caf::type_id_v<errc>)
      finish(reason);
    else
      finish(make_error(otherwise, to_string(reason)));
  }

  void finish(caf::expected<blob> outcome) {
    done_(std::move(outcome));
    self_->quit();
  }

  caf::event_based_actor* self_;
  compare_loop loop_;
  done_function done_;
  caf::actor_clock::time_point deadline_;
  bool up_to_date_ = false; ///< an entry of this run has been applied on this member
};

caf::behavior request_behavior(caf::event_based_actor* self, const compare_loop& loop) {
  return {
      [self, loop](execute& request) -> caf::result<blob> {
        auto promise = self->make_response_promise<blob>();
        auto done = [promise](caf::expected<blob> outcome) mutable {
          if (outcome)
            promise.deliver(std::move(*outcome));
          else
            promise.deliver(std::move(outcome.error()));
        };
        std::make_shared<loop_run>(self, loop, request.timeout, std::move(done))->start();
        return promise;
      },
  };
}

} // namespace

caf::actor spawn_compare_loop(caf::actor_system& system, compare_loop loop) {
  return system.spawn<caf::hidden>(request_behavior, std::move(loop));
}

void start_compare_loop(caf::actor_system& system, compare_loop loop, caf::timespan timeout,
                        done_function done) {
  system.spawn<caf::hidden>(
      [loop = std::move(loop), timeout, done = std::move(done)](caf::event_based_actor* self) {
        std::make_shared<loop_run>(self, loop, timeout, done)->start();
      });
}

} // namespace hamok
