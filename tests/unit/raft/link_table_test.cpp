// What a member remembers about its links.

#include "hamok/raft/links.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/builders.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

TEST_CASE("a link that was never told of is neither up nor down") {
  const link_table links;
  CHECK_FALSE(links.is_up(id(1)));
  CHECK_FALSE(links.is_down(id(1)));
  CHECK(links.all_down().empty());
}

TEST_CASE("a link is what was told last, and each life has its own") {
  link_table links;
  links.up(id(1));
  CHECK(links.is_up(id(1)));
  links.down(id(1));
  CHECK(links.is_down(id(1)));
  CHECK_FALSE(links.is_up(id(1)));
  CHECK(links.all_down() == ids(1, 1));
  CHECK_FALSE(links.is_down({id(1).peer, {7, 7}}));
  links.up(id(1));
  CHECK(links.is_up(id(1)));
  CHECK(links.all_down().empty());
}

TEST_CASE("a message proves a link, whatever was told of it") {
  link_table links;
  links.heard(id(1));
  CHECK(links.is_up(id(1)));
  links.down(id(1));
  links.heard(id(1));
  CHECK(links.is_up(id(1)));
  CHECK_FALSE(links.is_down(id(1)));
}

TEST_CASE("of those who take no part, only links that are up are remembered") {
  link_table links;
  links.up(id(1));
  links.down(id(2));
  links.heard(id(3));
  links.down(id(4));
  links.heard(id(5));
  links.keep_members(ids(4, 5));
  CHECK(links.is_up(id(1)));
  CHECK_FALSE(links.is_down(id(2)));
  CHECK_FALSE(links.is_up(id(3)));
  CHECK(links.is_down(id(4)));
  CHECK(links.is_up(id(5)));
}
