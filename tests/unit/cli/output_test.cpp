#include "hamok/cli/collection_event_output.hpp"
#include "hamok/cli/json_output.hpp"
#include "hamok/cli/text_output.hpp"
#include "hamok/collections/emitter_command_state.hpp"
#include "hamok/collections/event_relay.hpp"
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

TEST_CASE("an event is called what it is for its kind of collection") {
  collection_event event;
  event.collection = "c";
  event.key = blob::from_string("k");
  event.old_value = blob::from_string("o");
  event.new_value = blob::from_string("n");
  event.index = 7;
  const auto text = [&](std::uint8_t number, const std::string& kind) {
    event.kind = number;
    auto json = to_json(event, kind);
    CHECK(json["collection"] == "c");
    CHECK(json["index"] == 7);
    json.erase("collection");
    json.erase("index");
    return json.dump();
  };
  CHECK(text(0, "map") == R"({"event":"insert","key":"k","new":"n"})");
  CHECK(text(1, "map") == R"({"event":"update","key":"k","old":"o","new":"n"})");
  CHECK(text(2, "map") == R"({"event":"remove","key":"k","old":"o"})");
  CHECK(text(3, "map") == R"({"event":"clear"})");
  CHECK(text(0, "queue") == R"({"event":"add","item":"n"})");
  CHECK(text(1, "queue") == R"({"event":"remove","item":"o"})");
  CHECK(text(2, "queue") == R"({"event":"empty"})");
  CHECK(text(3, "queue") == R"({"event":"not-empty"})");
  CHECK(text(4, "queue") == R"({"event":"clear"})");
  CHECK(text(99, "queue") == R"({"event":"event","key":"k","old":"o","new":"n"})");
  for (const auto* kind : {"map", "queue", "emitter"}) {
    CHECK(text(resync_event_kind, kind) == R"({"event":"resync"})");
    CHECK(text(closed_event_kind, kind) == R"({"event":"close"})");
  }
}

TEST_CASE("an event of an emitter says who listens to what, and what was published") {
  collection_event event;
  event.collection = "chat";
  event.index = 9;
  const event_subscriber who{{"b", {1, 2}}, 18446744073709551615U};
  event.key = emitter_answer::encode_key("said", who);
  event.old_value = blob::from_string("o");
  event.new_value = blob::from_string("n");
  const auto text = [&](emitter_event number) {
    event.kind = static_cast<std::uint8_t>(number);
    return to_json(event, "emitter").dump();
  };
  const std::string same =
      R"("collection":"chat","index":9,"name":"said","member":"b","number":"18446744073709551615",)";
  CHECK(text(emitter_event::added) == R"({"event":"added",)" + same + R"("metadata":"n"})");
  CHECK(text(emitter_event::updated)
        == R"({"event":"updated",)" + same + R"("old_metadata":"o","metadata":"n"})");
  CHECK(text(emitter_event::removed) == R"({"event":"removed",)" + same + R"("metadata":"o"})");
  event.key = blob::from_string("said");
  event.old_value = emitter_answer::encode(event_origin{{"a", {3, 4}}, 1, 2});
  CHECK(text(emitter_event::published)
        == R"({"event":"published","collection":"chat","index":9,"name":"said","from":"a",)"
           R"("content":"n"})");
}

TEST_CASE("what is no event of an emitter is shown as the bytes that it has") {
  collection_event event;
  event.key = blob::from_string("k");
  for (const auto kind : std::initializer_list<std::uint8_t>{0, 3, 99}) {
    event.kind = kind;
    CHECK(to_json(event, "emitter")["event"] == "event");
    CHECK(to_json(event, "emitter")["key"] == "k");
  }
}
