#include "hamok/tests/bench/generator.hpp"

#include <caf/event_based_actor.hpp>

#include <algorithm>
#include <utility>

namespace hamok::bench {

namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t key_count = 100'000;

std::string key_of(std::uint64_t number) {
  auto digits = std::to_string(number);
  return std::string(key_bytes - digits.size(), 'k') + digits;
}

/// The state of one load. Lives until its last answer has come.
struct load : std::enable_shared_from_this<load> {
  caf::event_based_actor* self = nullptr;
  bench_map target;
  std::string value = std::string(value_bytes, 'v');
  std::uint64_t keys = key_count;
  bool timed = true;                      ///< each answer, which takes memory
  std::uint64_t left = ~std::uint64_t{0}; ///< sets that are not begun yet
  std::uint64_t next = 0;
  std::size_t outstanding = 0;
  steady_clock::time_point warm;
  steady_clock::time_point end;
  load_result result;
  std::promise<load_result> done;

  void send(steady_clock::time_point now) {
    next = (next + 7919) % keys; // all keys, not in order
    ++outstanding;
    --left;
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
      if (timed)
        result.latencies.add(now - begun);
    }
    if (now < end && left > 0) {
      send(now);
    } else if (outstanding == 0) {
      result.seconds = std::chrono::duration<double>(std::min(now, end) - warm).count();
      done.set_value(std::move(result));
      self->quit();
    }
  }
};

/// `begin(now)` sets when the load is to be counted and when it ends.
template <class Begin>
std::future<load_result> start(caf::actor_system& system, std::shared_ptr<load> state,
                               std::size_t in_flight, Begin begin) {
  auto result = state->done.get_future();
  system.spawn([state, in_flight, begin](caf::event_based_actor* self) -> caf::behavior {
    const auto now = steady_clock::now();
    state->self = self;
    begin(*state, now);
    for (std::size_t i = 0; i < in_flight && state->left > 0; ++i)
      state->send(now);
    return {[](caf::unit_t) {}}; // lives until it quits
  });
  return result;
}

} // namespace

std::future<load_result> generate(caf::actor_system& system, const bench_map& target,
                                  std::size_t in_flight, std::chrono::milliseconds span) {
  auto state = std::make_shared<load>();
  state->target = target;
  return start(system, std::move(state), in_flight,
               [span](load& what, steady_clock::time_point now) {
                 what.warm = now + span / 10;
                 what.end = what.warm + span;
               });
}

std::future<load_result> generate_sets(caf::actor_system& system, const bench_map& target,
                                       std::size_t in_flight, std::uint64_t sets,
                                       std::uint64_t keys) {
  auto state = std::make_shared<load>();
  state->target = target;
  state->left = sets;
  state->keys = keys;
  state->timed = false;
  return start(system, std::move(state), in_flight, [](load& what, steady_clock::time_point now) {
    what.warm = now;
    what.end = steady_clock::time_point::max();
  });
}

} // namespace hamok::bench
