#include "hamok/cli/json_output.hpp"
#include "hamok/cli/text_output.hpp"
#include "hamok/tests/catch.hpp"

using namespace hamok;
using namespace hamok::cli;

TEST_CASE("a collection that is not created yet does not look like an empty one") {
  collection_status status;
  status.name = "users";
  status.digest = blob::from_string(std::string(32, '\0'));
  CHECK(content_text(status) == "not created yet");
  CHECK(to_json(status)["created"] == false);
  status.number = 7;
  CHECK(content_text(status) == "0 items  digest " + std::string(32, '0'));
  CHECK(to_json(status)["created"] == true);
}

TEST_CASE("a member is shown with its life, and with what it is to the cluster") {
  node_status seen;
  seen.peer_id = "a";
  seen.standing = raft::standing::voter;
  seen.view.leader = raft::member_id{"b", {2, 2}};
  seen.members = {{{"a", {1, 1}}, "127.0.0.1:1", false, true, false},
                  {{"b", {2, 2}}, "127.0.0.1:2", true, true, false},
                  {{"c", {3, 3}}, "", true, false, true},
                  {{"d", {}}, "", false, false, false}};
  const auto text = [&](std::size_t i) { return member_text(seen, seen.members[i]); };
  CHECK(text(0).find("voter") != std::string::npos);
  CHECK(text(0).find("this member") != std::string::npos);
  CHECK(text(1).find("leader") != std::string::npos);
  CHECK(text(1).find("127.0.0.1:2") != std::string::npos);
  CHECK(text(2).find("learner") != std::string::npos);
  CHECK(text(2).find(raft::to_string(seen.members[2].id.incarnation).substr(0, 8))
        != std::string::npos);
  CHECK(text(3).find("no member yet") != std::string::npos);
  const auto json = to_json(seen);
  CHECK(json["standing"] == "voter");
  CHECK(json["members"][0]["leader"] == false);
  CHECK(json["members"][1]["leader"] == true);
  CHECK(json["members"][2]["learner"] == true);
}
