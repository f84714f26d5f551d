#include "hamok/actors/snapshot_pieces.hpp"
#include "hamok/tests/catch.hpp"

namespace hamok::test {

TEST_CASE("bytes in pieces are found wherever they are") {
  snapshot_pieces pieces{
      {blob::from_string("abc"), blob{}, blob::from_string("d"), blob::from_string("efgh")}};
  REQUIRE(pieces.size() == 8);
  const std::string all = "abcdefgh";
  for (std::size_t offset = 0; offset < all.size(); ++offset)
    for (std::size_t count = 1; offset + count <= all.size(); ++count)
      CHECK(pieces.slice(offset, count).text() == all.substr(offset, count));
  CHECK(pieces.slice(0, 0).empty());
  CHECK(pieces.slice(8, 1).empty());
  CHECK(pieces.slice(7, 2).empty());
  CHECK(pieces.slice(~std::uint64_t{0}, 2).empty());
  CHECK(pieces.slice(2, ~std::size_t{0}).empty());
  pieces.add(blob::from_string("i"));
  CHECK(pieces.slice(7, 2).text() == "hi");
  CHECK(pieces.take().size() == 4);
  CHECK(pieces.size() == 0);
  CHECK(pieces.slice(0, 1).empty());
}

} // namespace hamok::test
