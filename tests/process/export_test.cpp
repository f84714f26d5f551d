// `hamok snapshot`: the content of a cluster of processes as a file.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/process/process_cluster.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>

using namespace hamok::process_test;
using json = nlohmann::json;

namespace {

/// A folder that goes with this object.
struct scratch_folder {
  std::filesystem::path path;

  scratch_folder() {
    auto name = (std::filesystem::temp_directory_path() / "hamok-snapshot-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return (path / name).string(); }
};

json read_json(const std::string& path) {
  std::ifstream file{path};
  return json::parse(file);
}

} // namespace

TEST_CASE("the content of a cluster goes into a file and comes back from it") {
  process_cluster cluster;
  cluster.await_leader(cluster.all());
  const auto connect = "--connect=" + cluster.endpoint(0);
  const auto elsewhere = "--connect=" + cluster.endpoint(1);
  const scratch_folder folder;
  REQUIRE(run_hamok({"map", "set", "users", "alice", "42", connect}).code == 0);
  for (const auto* name : {"kept.json", "kept.cbor"}) {
    const auto path = folder.file(name);
    const auto exported = run_hamok({"snapshot", "export", path, connect, "--json"});
    REQUIRE(exported.code == 0);
    CHECK(json::parse(exported.output)["index"] > 0);
    REQUIRE(run_hamok({"map", "set", "users", "alice", "43", connect}).code == 0);
    REQUIRE(run_hamok({"map", "set", "users", "bob", "1", connect}).code == 0);
    const auto imported = run_hamok({"snapshot", "import", path, elsewhere});
    INFO(imported.errors);
    REQUIRE(imported.code == 0);
    CHECK(run_hamok({"map", "get", "users", "alice", elsewhere}).output == "42\n");
    CHECK(run_hamok({"map", "get", "users", "bob", elsewhere}).code == 3);
    REQUIRE(cluster.await_equal("users", cluster.all()));
  }
  const auto text = read_json(folder.file("kept.json"));
  CHECK(text["members"].size() == 3);
  CHECK(text["collections"][0]["entries"][0] == json({{"key", "alice"}, {"value", "42"}}));
}

TEST_CASE("a file that is no snapshot is refused with the place, and so is a wrong command line") {
  process_cluster cluster;
  cluster.await_leader(cluster.all());
  const auto connect = "--connect=" + cluster.endpoint(0);
  const scratch_folder folder;
  REQUIRE(run_hamok({"map", "set", "users", "alice", "42", connect}).code == 0);
  const auto path = folder.file("bad.json");
  REQUIRE(run_hamok({"snapshot", "export", path, connect}).code == 0);
  auto bad = read_json(path);
  bad["collections"][0]["entries"][0]["key"] = {{"base64", "x"}};
  std::ofstream{path} << bad;
  const auto refused = run_hamok({"snapshot", "import", path, connect});
  CHECK(refused.code == 1);
  CHECK(refused.errors.find("collections[0].entries[0].key: it is not base64")
        != std::string::npos);
  CHECK(run_hamok({"map", "get", "users", "alice", connect}).output == "42\n");
  CHECK(run_hamok({"snapshot", "import", folder.file("nothing.json"), connect}).code == 1);
  CHECK(run_hamok({"snapshot", "export", folder.file("kept.tar"), connect}).code == 2);
  CHECK(run_hamok({"snapshot", "export", connect}).code == 2);
}
