// Names and endpoints: what was said later wins, everywhere the same, within bounds.

#include "hamok/raft/directory.hpp"
#include "hamok/raft/random.hpp"
#include "hamok/tests/catch.hpp"

#include <string>
#include <vector>

using namespace hamok::raft;

namespace {

std::string numbered(const char* prefix, std::size_t n) {
  return prefix + std::to_string(n);
}

std::size_t bytes_of(const std::vector<known_peer>& list) {
  std::size_t result = 0;
  for (const auto& peer : list)
    result += peer.peer.size() + peer.endpoint.size();
  return result;
}

} // namespace

TEST_CASE("a directory tells of its owner first, once that can be reached") {
  directory book{"a", "", 5};
  CHECK(book.all().empty());
  CHECK(book.move("a:1"));
  CHECK_FALSE(book.move("a:1"));
  CHECK(book.learn({{"b", "b:1", 3}}));
  CHECK(book.all() == std::vector<known_peer>{{"a", "a:1", 6}, {"b", "b:1", 3}});
}

TEST_CASE("what a peer has said later wins, also over what was configured") {
  directory book{"a", "a:1", 1};
  CHECK(book.learn({{"b", "old", 0}}));
  CHECK(book.learn({{"b", "new", 4}}));
  CHECK_FALSE(book.learn({{"b", "old", 0}}));
  CHECK_FALSE(book.learn({{"b", "older", 3}}));
  REQUIRE(book.find("b") != nullptr);
  CHECK(book.find("b")->endpoint == "new");
  CHECK(book.find("c") == nullptr);
}

TEST_CASE("a word of an earlier life about this member is overruled") {
  directory book{"a", "new", 1};
  CHECK_FALSE(book.learn({{"a", "new", 7}}));
  CHECK(book.learn({{"a", "old", 7}}));
  CHECK(book.all() == std::vector<known_peer>{{"a", "new", 8}});
  CHECK_FALSE(book.learn({{"a", "old", 7}}));
}

TEST_CASE("what cannot be right is not learned") {
  directory book{"a", "a:1", 1};
  CHECK_FALSE(book.learn({{"", "x", 1}}));
  CHECK_FALSE(book.learn({{"b", "", 1}}));
  CHECK_FALSE(book.learn({{std::string(256, 'b'), "x", 1}}));
  CHECK_FALSE(book.learn({{"b", std::string(256, 'x'), 1}}));
  CHECK_FALSE(book.learn({{"a", "x", ~std::uint64_t{0}}}));
  CHECK(book.all().size() == 1);
}

TEST_CASE("a directory is bounded, and members push others out") {
  directory book{"a", "a:1", 1};
  for (std::size_t n = 0; n < 1000; ++n)
    static_cast<void>(book.learn({{numbered("guest", n), "g:1", 1}}));
  CHECK(book.all().size() == directory::max_peers);
  CHECK_FALSE(book.learn({{"member", "m:1", 1}}));
  book.keep({"member", "guest3"});
  CHECK(book.learn({{"member", "m:1", 1}}));
  CHECK(book.all().size() == directory::max_peers);
  CHECK(book.find("guest3") != nullptr);
}

TEST_CASE("a directory of long names fits into a hello") {
  directory book{"a", "a:1", 1};
  for (std::size_t n = 0; n < directory::max_peers; ++n)
    static_cast<void>(book.learn({{numbered("n", n) + std::string(240, 'x'), "e", 1}}));
  CHECK(bytes_of(book.all()) <= directory::max_bytes);
  CHECK(book.all().size() > 80);
}

TEST_CASE("directories that talk to each other become equal, whatever the order") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    random_source random{seed};
    std::vector<directory> books;
    for (std::size_t n = 0; n < 5; ++n)
      books.emplace_back(numbered("n", n), numbered("e", n), 1);
    for (int step = 0; step < 40; ++step) {
      auto& book = books[random.next() % 5];
      if (random.next() % 3 == 0) // somebody heard wrong, or long ago
        static_cast<void>(book.learn({{numbered("n", random.next() % 5),
                                       numbered("e", random.next() % 9), random.next() % 4}}));
      else
        static_cast<void>(book.learn(books[random.next() % 5].all()));
    }
    for (bool changed = true; changed;) {
      changed = false;
      for (auto& to : books)
        for (const auto& from : books)
          changed = to.learn(from.all()) || changed;
    }
    INFO("seed " << seed);
    for (std::size_t n = 0; n < 5; ++n)
      for (std::size_t m = 0; m < 5; ++m)
        if (m != n) {
          REQUIRE(books[n].find(numbered("n", m)) != nullptr);
          CHECK(books[n].find(numbered("n", m))->endpoint == numbered("e", m));
        }
  }
}
