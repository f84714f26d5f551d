#include "hamok/tests/bench/generator.hpp"

#include <caf/event_based_actor.hpp>

#include <utility>

namespace hamok::bench {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t key_count = 100'000;

/// 16 characters.
std::string key_of(std::uint64_t number) {
  auto digits = std::to_string(number);
  return std::string(16 - digits.size(), 'k') + digits;
}

/// The state of one load. Lives until its last answer has come.
struct load : std::enable_shared_from_this<load> {
  caf::event_based_actor* self = nullptr;
  bench_map target;
  std::string value = std::string(256, 'v');
  std::uint64_t next = 0;
  std::size_t outstanding = 0;
  steady_clock::time_point warm;
  steady_clock::time_point end;
  load_result result;
  std::promise<load_result> done;

  void send(steady_clock::time_point now) {
    next = (next + 7919) % key_count; // all keys, not in order
    ++outstanding;
    target.set(self, key_of(next), value)
        .then([me = shared_from_this(), now](const auto&) { me->answered(now, true); },
              [me = shared_from_this(), now](const caf::error&) { me->answered(now, false); });
  }

  void answered(steady_clock::time_point begun, bool fine) {
    const auto now = steady_clock::now();
    --outstanding;
    if (!fine) {
      ++result.errors;
    } else if (begun >= warm && now <= end) {
      ++result.sets;
      result.latencies.add(now - begun);
    }
    if (now < end) {
      send(now);
    } else if (outstanding == 0) {
      result.seconds = std::chrono::duration<double>(end - warm).count();
      done.set_value(std::move(result));
      self->quit();
    }
  }
};

} // namespace

std::future<load_result> generate(caf::actor_system& system, const bench_map& target,
                                  std::size_t in_flight, std::chrono::milliseconds span) {
  auto state = std::make_shared<load>();
  state->target = target;
  auto result = state->done.get_future();
  system.spawn([state, in_flight, span](caf::event_based_actor* self) -> caf::behavior {
    const auto now = steady_clock::now();
    state->self = self;
    state->warm = now + span / 10;
    state->end = state->warm + span;
    for (std::size_t i = 0; i < in_flight; ++i)
      state->send(now);
    return {[](caf::unit_t) {}}; // lives until it quits
  });
  return result;
}

} // namespace hamok::bench
