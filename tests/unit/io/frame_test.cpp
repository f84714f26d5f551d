#include "hamok/io/frame.hpp"
#include "hamok/tests/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace hamok;

namespace {

using bytes = std::vector<std::byte>;

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

bytes three_frames() {
  bytes result;
  append_frame(result, frame_type::hello, 0, as_bytes("hello"));
  append_frame(result, frame_type::ping, 7, {});
  append_frame(result, frame_type::raft_message, 4'000'000'000, as_bytes("a longer payload"));
  return result;
}

std::vector<frame> take_all(frame_parser& parser) {
  std::vector<frame> result;
  while (auto next = parser.next())
    result.push_back(std::move(*next));
  return result;
}

void check_three(const std::vector<frame>& found) {
  REQUIRE(found.size() == 3);
  CHECK(found[0].type == frame_type::hello);
  CHECK(found[0].payload.text() == "hello");
  CHECK(found[1].type == frame_type::ping);
  CHECK(found[1].group == 7);
  CHECK(found[1].payload.empty());
  CHECK(found[2].type == frame_type::raft_message);
  CHECK(found[2].group == 4'000'000'000);
  CHECK(found[2].payload.text() == "a longer payload");
}

bytes header(std::uint32_t size, std::uint8_t type) {
  bytes result;
  for (unsigned i = 0; i < 4; ++i)
    result.push_back(static_cast<std::byte>((size >> (8 * i)) & 0xFF));
  result.push_back(static_cast<std::byte>(type));
  result.resize(frame_header_size);
  return result;
}

} // namespace

TEST_CASE("frames come out whole however the stream is split in two") {
  const auto stream = three_frames();
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    frame_parser parser;
    REQUIRE(parser.feed(std::span{stream}.first(cut)));
    REQUIRE(parser.feed(std::span{stream}.subspan(cut)));
    check_three(take_all(parser));
    CHECK(parser.buffered() == 0);
  }
}

TEST_CASE("frames come out whole when the stream comes in equal pieces of any size") {
  const auto stream = three_frames();
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    frame_parser parser;
    std::vector<frame> found;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      REQUIRE(parser.feed(std::span{stream}.subspan(at, std::min(step, stream.size() - at))));
      for (auto& next : take_all(parser))
        found.push_back(std::move(next));
    }
    check_three(found);
  }
}

TEST_CASE("complete frames of one read share one allocation") {
  const auto stream = three_frames();
  frame_parser parser;
  REQUIRE(parser.feed(stream));
  const auto found = take_all(parser);
  REQUIRE(found.size() == 3);
  CHECK(found[2].payload.data() - found[0].payload.data()
        == static_cast<std::ptrdiff_t>(5 + 2 * frame_header_size));
}

TEST_CASE("a frame larger than the limit is refused before a byte of it is kept") {
  frame_parser parser{1000};
  CHECK(!parser.feed(header(1001, static_cast<std::uint8_t>(frame_type::raft_message))));
  CHECK(parser.error() == errc::too_large);
  CHECK(parser.buffered() == 0);
  CHECK(!parser.feed(header(0, static_cast<std::uint8_t>(frame_type::ping))));
  CHECK(!parser.next());
}

TEST_CASE("a hello has a small limit whatever the limit of other frames is") {
  frame_parser parser{default_max_payload};
  CHECK(!parser.feed(header(max_small_payload + 1, static_cast<std::uint8_t>(frame_type::hello))));
  CHECK(parser.error() == errc::too_large);
}

TEST_CASE("a huge frame that is only announced takes little memory") {
  frame_parser parser{default_max_payload};
  REQUIRE(parser.feed(
      header(default_max_payload, static_cast<std::uint8_t>(frame_type::raft_message))));
  const bytes some(1000);
  REQUIRE(parser.feed(some));
  CHECK(parser.buffered() == 1000);
}

TEST_CASE("a large frame comes out whole from many reads") {
  const bytes payload(3'000'000, std::byte{42});
  bytes stream;
  append_frame(stream, frame_type::raft_message, 1, payload);
  append_frame(stream, frame_type::ping, 1, {});
  frame_parser parser;
  std::vector<frame> found;
  for (std::size_t at = 0; at < stream.size(); at += 65'536) {
    REQUIRE(parser.feed(
        std::span{stream}.subspan(at, std::min<std::size_t>(65'536, stream.size() - at))));
    for (auto& next : take_all(parser))
      found.push_back(std::move(next));
  }
  REQUIRE(found.size() == 2);
  CHECK(std::ranges::equal(found[0].payload.bytes(), payload));
}

TEST_CASE("unknown frame types are an error, and what came before them is not lost") {
  auto stream = three_frames();
  const auto wrong = header(0, 99);
  stream.insert(stream.end(), wrong.begin(), wrong.end());
  frame_parser parser;
  CHECK(!parser.feed(stream));
  CHECK(parser.error() == errc::refused_malformed);
  check_three(take_all(parser));
}

TEST_CASE("random bytes never make the parser hold more than it was given") {
  std::uint64_t state = 42;
  for (int round = 0; round < 2000; ++round) {
    bytes noise(1 + round % 97);
    for (auto& b : noise) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      b = static_cast<std::byte>(state >> 61); // small values: types that exist
    }
    frame_parser parser;
    parser.feed(noise);
    std::size_t total = parser.buffered();
    while (auto next = parser.next())
      total += next->payload.size();
    CHECK(total <= noise.size());
  }
}
