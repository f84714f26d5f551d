// The same of sessions, and of all collections of a member: whatever proposers send, whenever
// snapshots come between.

#include "hamok/collections/session_state.hpp"
#include "hamok/collections/snapshot_state.hpp"
#include "hamok/collections/state_bytes_state.hpp"
#include "hamok/tests/unit/states/property.hpp"
#include "hamok/tests/unit/states/random_commands.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hamok::state_test {

namespace {

using rc::gen::inRange;

/// An entry, and how much later than the one before it comes.
struct random_entry {
  blob data;
  raft::duration later{0};
};

[[maybe_unused]] void showValue(const random_entry& value, std::ostream& out) {
  hamok::showValue(value.data, out);
  out << " after " << value.later.count();
}

/// So small that all of them are met.
session_limits tight_limits() {
  session_limits limits;
  limits.max_sessions = 3;
  limits.max_retired = 2;
  limits.max_results = 3;
  limits.max_result_bytes = 320;
  limits.max_command_bytes = 400;
  limits.max_content_bytes = 400;
  return limits;
}

raft::incarnation_id any_session() {
  return {1, *inRange<std::uint64_t>(0, 5)};
}

/// All of a command, or a piece of it.
void take_part(operation_envelope& envelope, const blob& command) {
  const auto from = *inRange<std::size_t>(0, command.size() + 1);
  const auto to = *inRange<std::size_t>(from, command.size() + 1);
  envelope.offset = from;
  envelope.more = to < command.size();
  envelope.command = command.slice(from, to - from);
}

blob any_piece_of_content(const random_state& kind) {
  const auto source = kind.make();
  const auto count = *inRange<raft::index_t>(0, 4);
  for (raft::index_t index = 1; index <= count; ++index)
    source->apply({index, {}, false}, *kind.command());
  const auto content = source->snapshot();
  content_piece piece;
  piece.import = {2, *inRange<std::uint64_t>(0, 2)};
  piece.offset = *inRange<std::size_t>(0, content.size() + 1);
  if (*inRange(0, 2) == 0)
    piece.offset = 0;
  piece.last = *inRange(0, 3) > 0;
  piece.bytes = content.slice(piece.offset, content.size() - piece.offset);
  return encode(piece);
}

blob any_operation(const random_state& kind) {
  operation_envelope envelope;
  envelope.collection = 1;
  envelope.session = any_session();
  envelope.sequence = *inRange<std::uint64_t>(1, 6);
  envelope.first_outstanding = *inRange<std::uint64_t>(1, envelope.sequence + 1);
  envelope.attempt = *inRange<std::uint64_t>(0, 2);
  const auto what = *inRange(0, 10);
  if (what == 0)
    envelope.skip = true;
  else if (what == 1)
    take_part(envelope, *kind.command());
  else
    envelope.command = *kind.command();
  if (what == 2) {
    envelope.content = true;
    envelope.command = any_piece_of_content(kind);
  }
  return encode(envelope);
}

rc::Gen<random_entry> entry_for(const random_state& kind) {
  return rc::gen::exec([&kind] {
    random_entry result;
    result.later = std::chrono::seconds{*inRange(0, 8)};
    switch (*inRange(0, 12)) {
    case 0:
    case 1:
    case 2:
      result.data = encode(open_envelope{1, any_session(), std::chrono::seconds{*inRange(5, 40)},
                                         *inRange<raft::index_t>(0, 4)});
      break;
    case 3:
      result.data = encode(close_envelope{1, any_session()});
      break;
    case 4:
      result.data = encode(keep_alive_envelope{1, any_session(), *inRange<std::uint64_t>(1, 6)});
      break;
    case 5:
      result.data = *inRange(0, 4) == 0 ? encode(replace_envelope{1, kind.make()->snapshot()})
                                        : *random_bytes();
      break;
    default:
      result.data = any_operation(kind);
    }
    return result;
  });
}

rc::Gen<std::vector<random_entry>> entries_for(const random_state& kind) {
  return rc::gen::container<std::vector<random_entry>>(entry_for(kind));
}

std::unique_ptr<session_state> make_sessions(const random_state& kind) {
  return std::make_unique<session_state>(kind.make(), tight_limits());
}

blob written(const session_cut& cut) {
  byte_sink out;
  cut.write(out);
  return out.take();
}

void require_equal(const applied_entry& one, const applied_entry& other) {
  RC_ASSERT(one.what == other.what);
  RC_ASSERT(one.session == other.session);
  RC_ASSERT(one.sequence == other.sequence);
  RC_ASSERT(one.expected == other.expected);
  RC_ASSERT(one.status == other.status);
  RC_ASSERT(one.result == other.result);
  RC_ASSERT(one.events == other.events);
}

void require_equal(session_state& one, session_state& other) {
  RC_ASSERT(one.digest() == other.digest());
  RC_ASSERT(one.session_digest() == other.session_digest());
  RC_ASSERT(one.machine().digest() == other.machine().digest());
  RC_ASSERT(one.applied_index() == other.applied_index());
  RC_ASSERT(one.snapshot() == other.snapshot());
  RC_ASSERT(written(*one.cut()) == one.snapshot());
}

} // namespace

TEST_CASE("property: sessions go on from a snapshot at any point as if there had been none") {
  for (const auto& kind : random_states()) {
    INFO(kind.name);
    check_property([&] {
      const auto entries = *entries_for(kind);
      const auto plain = make_sessions(kind);
      auto restored = make_sessions(kind);
      raft::index_t index = 0;
      raft::duration clock{0};
      for (const auto& entry : entries) {
        if (*inRange(0, 3) == 0) {
          const auto cut = restored->cut();
          auto next = make_sessions(kind);
          RC_ASSERT(next->restore(written(*cut)));
          RC_ASSERT(next->digest() == cut->digest());
          restored = std::move(next);
          require_equal(*plain, *restored);
        }
        clock += entry.later;
        const command_context context{++index, clock, true};
        require_equal(plain->apply(context, entry.data), restored->apply(context, entry.data));
      }
      require_equal(*plain, *restored);
    });
  }
}

TEST_CASE("property: what a session has applied is never applied again") {
  for (const auto& kind : random_states()) {
    INFO(kind.name);
    check_property([&] {
      const auto state = make_sessions(kind);
      raft::index_t index = 0;
      for (const auto& entry : *entries_for(kind)) {
        const auto done = state->apply({++index, {}, false}, entry.data);
        if (done.what != verdict::applied)
          continue;
        const auto content = state->machine().digest();
        const auto again = state->apply({++index, {}, false}, entry.data);
        RC_ASSERT(again.what == verdict::duplicate);
        RC_ASSERT(again.status == done.status);
        RC_ASSERT(again.result == done.result);
        RC_ASSERT(state->machine().digest() == content);
      }
    });
  }
}

TEST_CASE("property: the snapshot of all collections is read back as what was written") {
  check_property([] {
    std::vector<std::unique_ptr<session_state>> states;
    std::vector<collection_cut> cuts;
    raft::snapshot_meta meta;
    meta.index = 1000;
    meta.members.voters = {{"a", {1, 1}}};
    for (const auto& kind : random_states()) {
      auto& state = *states.emplace_back(std::make_unique<session_state>(kind.make()));
      raft::index_t index = 0;
      for (const auto& entry : *entries_for(kind))
        state.apply({++index, {}, false}, entry.data);
      cuts.push_back({{states.size(), kind.name, kind.name, *random_bytes(), {}}, state.cut()});
    }
    const auto make = [](const std::string& name) -> std::unique_ptr<state_machine> {
      for (const auto& kind : random_states())
        if (name == kind.name)
          return kind.make();
      return nullptr;
    };
    byte_sink first;
    write_snapshot(meta, cuts, first);
    const auto bytes = first.take();
    chunk_source source{bytes};
    snapshot_content content;
    RC_ASSERT(read_snapshot(source, make, content) == "");
    RC_ASSERT(content.meta == meta);
    RC_ASSERT(content.collections.size() == states.size());
    for (std::size_t i = 0; i < states.size(); ++i) {
      RC_ASSERT(content.collections[i].label == cuts[i].label);
      RC_ASSERT(content.collections[i].state->digest() == states[i]->digest());
      cuts[i].state = content.collections[i].state->cut();
    }
    byte_sink second;
    write_snapshot(meta, cuts, second);
    RC_ASSERT(second.take() == bytes);
  });
}

} // namespace hamok::state_test
