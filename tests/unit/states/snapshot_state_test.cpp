// The content of snapshots: round trips, and hostile bytes.

#include "hamok/collections/snapshot_state.hpp"
#include "hamok/collections/state_bytes_state.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/session_harness.hpp"

#include <algorithm>
#include <random>

namespace hamok::state_test {

namespace {

constexpr std::size_t chunk_size = 1000;

raft::snapshot_meta some_meta() {
  raft::snapshot_meta meta;
  meta.index = 5000;
  meta.term = 3;
  meta.cluster_time = std::chrono::seconds{77};
  meta.members.voters = {{"a", {1, 1}}, {"b", {1, 2}}};
  meta.members.learners = {{"c", {1, 3}}};
  meta.members.retired = {{{"b", {1, 9}}, 12}};
  meta.members.retired_floor = 4;
  return meta;
}

/// A collection with sessions and content.
session_fixture filled(int keys, std::string_view value) {
  session_fixture log;
  log.index = 20;
  log.clock = std::chrono::seconds{9};
  for (std::uint64_t session = 1; session <= 3; ++session)
    log.open(session, 0);
  for (int i = 0; i < keys; ++i)
    log.apply(op(1, 1 + static_cast<std::uint64_t>(i), set("k" + std::to_string(i), value), 1));
  log.close(2);
  return log;
}

collection_label label(std::uint64_t number, const std::string& name) {
  return {number, name, "map", b("options of " + name), {7, number}};
}

/// Two collections, and the bytes of their snapshot.
struct snapshot_fixture {
  session_fixture first = filled(300, "some value");
  session_fixture second = filled(3, std::string(200'000, 'x'));
  raft::snapshot_meta meta = some_meta();

  std::vector<blob> chunks(std::size_t size = chunk_size) {
    chunk_sink sink{size};
    write_snapshot(
        meta, {{label(9, "two"), second.state.cut()}, {label(4, "one"), first.state.cut()}}, sink);
    written = sink.size();
    checksum = sink.checksum();
    return sink.take();
  }
  blob bytes() {
    byte_sink sink;
    for (const auto& chunk : chunks())
      sink.write(chunk.bytes());
    return sink.take();
  }

  std::uint64_t written = 0;
  std::uint32_t checksum = 0;
};

std::unique_ptr<state_machine> make_map(const std::string& kind) {
  return kind == "map" ? std::make_unique<map_state>() : nullptr;
}

std::string read(std::vector<blob> chunks, snapshot_content& out) {
  chunk_source source{std::move(chunks)};
  return read_snapshot(source, make_map, out);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a snapshot is read as it was written, however it is cut into chunks") {
  snapshot_fixture fix;
  for (const std::size_t size : {1UL, 7UL, 1000UL, 1UL << 20U}) {
    CAPTURE(size);
    const auto chunks = fix.chunks(size);
    std::uint64_t total = 0;
    raft::checksum sum;
    for (const auto& chunk : chunks) {
      CHECK((chunk.size() == size || &chunk == &chunks.back()));
      total += chunk.size();
      sum.add(chunk.bytes());
    }
    CHECK(total == fix.written);
    CHECK(sum.value() == fix.checksum);
    snapshot_content content;
    REQUIRE(read(chunks, content).empty());
    CHECK(content.meta == fix.meta);
    REQUIRE(content.collections.size() == 2); // by number
    CHECK(content.collections[0].label == label(4, "one"));
    CHECK(content.collections[1].label == label(9, "two"));
    CHECK(content.collections[0].state->digest() == fix.first.state.digest());
    CHECK(content.collections[1].state->snapshot() == fix.second.state.snapshot());
  }
}

TEST_CASE("a snapshot of no collection is a snapshot") {
  byte_sink sink;
  write_snapshot(some_meta(), {}, sink);
  snapshot_content content;
  CHECK(read({sink.take()}, content).empty());
  CHECK(content.meta == some_meta());
  CHECK(content.collections.empty());
}

TEST_CASE("equal content gives equal snapshots on all members") {
  snapshot_fixture one;
  snapshot_fixture other;
  CHECK(one.bytes() == other.bytes());
  other.second.apply(op(3, 1, set("more", "1")));
  CHECK_FALSE(one.bytes() == other.bytes());
}

TEST_CASE("a cut stays as it is while commands go on") {
  session_fixture log = filled(500, "old");
  const auto before = log.state.snapshot();
  const auto digest = log.state.digest();
  const auto cut = log.state.cut();
  for (int i = 0; i < 700; ++i)
    log.apply(op(3, 1 + static_cast<std::uint64_t>(i), set("k" + std::to_string(i), "new")));
  log.apply(op(3, 701, map_command::clear()));
  log.close(1);
  byte_sink sink;
  cut->write(sink);
  CHECK(sink.take() == before);
  CHECK(cut->digest() == digest);
  CHECK_FALSE(log.state.digest() == digest);
}

TEST_CASE("a snapshot that ends too early, or too late, is refused whole with the place") {
  snapshot_fixture fix;
  fix.second = filled(3, "short");
  const auto bytes = fix.bytes();
  snapshot_content content;
  content.meta.index = 1;
  for (std::size_t size = 0; size < bytes.size(); ++size)
    REQUIRE_FALSE(read({bytes.slice(0, size)}, content).empty());
  CHECK(content.meta.index == 1);
  CHECK(content.collections.empty());
  CHECK(contains(read({bytes, b("x")}, content), "behind its last collection"));
  CHECK(contains(read({bytes.slice(0, bytes.size() - 20)}, content), "collection 2 of 2, 'two'"));
  CHECK(contains(read({b("nonsense")}, content), "no snapshot"));
  CHECK(read({bytes}, content).empty());
}

TEST_CASE("a snapshot with changed bytes is refused whole, or is a state") {
  snapshot_fixture fix;
  fix.first = filled(20, "v");
  fix.second = filled(3, "w");
  const auto bytes = fix.bytes();
  std::mt19937_64 dice{5};
  for (int round = 0; round < 5000; ++round) {
    std::vector<std::byte> changed{bytes.bytes().begin(), bytes.bytes().end()};
    for (auto flips = 1 + dice() % 3; flips > 0; --flips)
      changed[dice() % changed.size()] = static_cast<std::byte>(dice());
    snapshot_content content;
    if (!read({blob{changed}}, content).empty()) {
      CHECK(content.collections.empty());
      continue;
    }
    for (auto& one : content.collections) // whatever it holds, it goes on without a crash
      one.state->apply({6000, {}, true}, encode(op(1, 21, set("a", "1"))));
  }
}

TEST_CASE("a snapshot that says of its collections what cannot be is refused with the place") {
  auto log = filled(2, "v");
  auto problem = [&](std::vector<collection_cut> collections, raft::snapshot_meta meta) {
    byte_sink sink;
    write_snapshot(meta, std::move(collections), sink);
    snapshot_content content;
    return read({sink.take()}, content);
  };
  const auto meta = some_meta();
  const auto cut = log.state.cut();
  CHECK(problem({{label(4, "one"), cut}}, meta).empty());
  CHECK(contains(problem({{label(4, "one"), cut}, {label(4, "two"), cut}}, meta),
                 "collection 2 of 2, 'two': its number or its name"));
  CHECK(contains(problem({{label(4, "one"), cut}, {label(5, "one"), cut}}, meta),
                 "its number or its name"));
  CHECK(contains(problem({{label(0, "one"), cut}}, meta), "its number or its name"));
  CHECK(contains(problem({{label(5001, "one"), cut}}, meta), "newer than the snapshot"));
  auto queue = label(4, "one");
  queue.kind = "queue";
  CHECK(contains(problem({{queue, cut}}, meta), "'queue' is not known here"));
  CHECK(contains(problem({{label(4, ""), cut}}, meta), "its head"));
  CHECK(contains(problem({{label(4, std::string(1025, 'n')), cut}}, meta), "its head"));
  auto old = meta;
  old.index = 10;
  CHECK(contains(problem({{label(4, "one"), cut}}, old), "newer than the snapshot"));
  auto nobody = meta;
  nobody.members.voters.clear();
  CHECK(contains(problem({}, nobody), "its members"));
  auto endless = meta;
  endless.cluster_time = raft::max_cluster_time + raft::duration{1};
  CHECK(contains(problem({}, endless), "its head"));
}

TEST_CASE("a count or a length that is beyond the bytes allocates nothing") {
  snapshot_fixture fix;
  byte_sink sink;
  write_snapshot(fix.meta, {}, sink);
  const auto bytes = sink.take();
  const auto head = bytes.slice(0, bytes.size() - 1);
  snapshot_content content;
  CHECK(contains(read({head, b("\xff\xff\xff\xff\xff\xff\xff\x7f")}, content),
                 "in front of its collections"));
  map_state map;
  chunk_source source{b("\x01\x01\xff\xff\xff\xff\xff\xff\x7f")};
  CHECK_FALSE(map.load(source));
}

TEST_CASE("pieces end where they end, and what is broken is no end") {
  byte_sink bytes;
  std::string text(150'000, 'a');
  for (std::size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<char>('a' + i % 26);
  for (const auto* rest : {"", "behind"}) {
    piece_sink pieces{bytes};
    pieces.write(v(text));
    pieces.finish();
    bytes.write(v(rest));
    const auto written = bytes.take();
    chunk_source source{written};
    piece_source in{source};
    CHECK(state_reader{in}.rest().text() == text);
    CHECK(in.remaining() == 0);
    CHECK(source.remaining() == std::string_view{rest}.size());
    for (const std::size_t size : {0UL, 1UL, 5UL, 65'000UL, 140'000UL}) {
      chunk_source part{written.slice(0, size)};
      piece_source broken{part};
      state_reader reader{broken};
      CHECK(reader.rest().empty());
      CHECK_FALSE(reader.ok());
      CHECK(broken.remaining() > 0);
    }
  }
}

} // namespace hamok::state_test
