// Whatever commands come, and wherever a snapshot comes between them: a state machine goes on from
// it as if there had been none.

#include "hamok/collections/state_bytes_state.hpp"
#include "hamok/tests/unit/states/property.hpp"
#include "hamok/tests/unit/states/random_commands.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace hamok::state_test {

namespace {

using machine = std::unique_ptr<state_machine>;

rc::Gen<std::vector<blob>> commands_for(const random_state& kind) {
  return rc::gen::container<std::vector<blob>>(kind.command());
}

apply_result apply(state_machine& to, raft::index_t index, const blob& command) {
  return to.apply({index, {}, true}, command);
}

blob written(const state_cut& cut) {
  byte_sink out;
  cut.write(out);
  return out.take();
}

/// Another one with the same content, as a member that installs a snapshot comes to it; `held` was
/// there before.
machine moved(state_machine& from, machine held) {
  const auto cut = from.cut();
  chunk_source source{written(*cut)};
  RC_ASSERT(held->load(source));
  RC_ASSERT(held->digest() == cut->digest());
  return held;
}

void require_equal(state_machine& one, state_machine& other) {
  RC_ASSERT(one.digest() == other.digest());
  RC_ASSERT(one.size() == other.size());
  RC_ASSERT(one.snapshot() == other.snapshot());
  RC_ASSERT(written(*one.cut()) == one.snapshot());
}

void fill(state_machine& which, const std::vector<blob>& commands) {
  raft::index_t index = 0;
  for (const auto& command : commands)
    apply(which, ++index, command);
}

} // namespace

TEST_CASE("property: states go on from a snapshot at any point as if there had been none") {
  for (const auto& kind : random_states()) {
    INFO(kind.name);
    check_property([&] {
      const auto commands = *commands_for(kind);
      const auto others = *commands_for(kind); // content that has to make room
      const auto plain = kind.make();
      auto restored = kind.make();
      raft::index_t index = 0;
      for (const auto& command : commands) {
        if (*rc::gen::inRange(0, 3) == 0) {
          auto next = kind.make();
          fill(*next, others);
          restored = moved(*restored, std::move(next));
          require_equal(*plain, *restored);
        }
        const auto expected = apply(*plain, ++index, command);
        const auto found = apply(*restored, index, command);
        RC_ASSERT(found.status == expected.status);
        RC_ASSERT(found.result == expected.result);
        RC_ASSERT(found.events == expected.events);
      }
      require_equal(*plain, *restored);
    });
  }
}

TEST_CASE("property: a cut of a state stays what it was while commands go on") {
  for (const auto& kind : random_states()) {
    INFO(kind.name);
    check_property([&] {
      const auto which = kind.make();
      fill(*which, *commands_for(kind));
      const auto then = which->snapshot();
      const auto digest = which->digest();
      const auto cut = which->cut();
      fill(*which, *commands_for(kind));
      RC_ASSERT(written(*cut) == then);
      RC_ASSERT(cut->digest() == digest);
    });
  }
}

TEST_CASE("property: states are a function of their commands, and events change nothing") {
  for (const auto& kind : random_states()) {
    INFO(kind.name);
    check_property([&] {
      const auto commands = *commands_for(kind);
      const auto seen = kind.make();
      const auto unseen = kind.make();
      raft::index_t index = 0;
      for (const auto& command : commands) {
        const auto before = seen->digest();
        const auto told = seen->apply({++index, {}, true}, command);
        const auto silent = unseen->apply({index, {}, false}, command);
        RC_ASSERT(told.status == silent.status);
        RC_ASSERT(told.result == silent.result);
        RC_ASSERT(silent.events.empty());
        RC_ASSERT(told.status == command_status::ok || seen->digest() == before);
      }
      require_equal(*seen, *unseen);
    });
  }
}

TEST_CASE("property: states refuse a snapshot whole, or take it whole") {
  for (const auto& kind : random_states()) {
    INFO(kind.name);
    check_property([&] {
      const auto from = kind.make();
      fill(*from, *commands_for(kind));
      const auto held = kind.make();
      fill(*held, *commands_for(kind));
      const auto before = held->snapshot();
      const auto bytes = from->snapshot();
      std::vector<std::byte> changed{bytes.bytes().begin(), bytes.bytes().end()};
      const auto where = *rc::gen::inRange<std::size_t>(0, changed.size());
      if (*rc::gen::inRange(0, 2) == 0)
        changed.resize(where);
      else
        changed[where] ^= static_cast<std::byte>(*rc::gen::inRange(1, 256));
      const auto hostile = blob::from_vector(std::move(changed));
      if (held->restore(hostile))
        RC_ASSERT(kind.make()->restore(held->snapshot())); // it is content as any other
      else
        RC_ASSERT(held->snapshot() == before);
    });
  }
}

} // namespace hamok::state_test
