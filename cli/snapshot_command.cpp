// `hamok snapshot`: the content of all collections as a file.

#include "hamok/cli/arguments.hpp"
#include "hamok/cli/command.hpp"
#include "hamok/cli/connect.hpp"
#include "hamok/cli/failure.hpp"
#include "hamok/cli/json_output.hpp"
#include "hamok/collections/snapshot_json.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace hamok::cli {

namespace {

/// The form that the end of the file's name stands for.
bool is_cbor(const std::string& path) {
  if (path.ends_with(".cbor"))
    return true;
  if (path.ends_with(".json"))
    return false;
  throw usage_error("'" + path + "' ends with neither .json nor .cbor");
}

std::string read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (!file)
    throw std::runtime_error("cannot read '" + path + "'");
  return text;
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file)
    throw std::runtime_error("cannot write '" + path + "'");
}

std::string to_bytes(const node_snapshot& snapshot, bool cbor) {
  if (!cbor)
    return to_json_text(snapshot) + '\n';
  const auto bytes = to_cbor(snapshot);
  return {bytes.begin(), bytes.end()};
}

node_snapshot from_file(const std::string& path) {
  const auto bytes = read_file(path);
  auto result = is_cbor(path) ? node_snapshot_from_cbor(
                    {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()})
                              : node_snapshot_from_json(bytes);
  if (!result)
    throw std::runtime_error("'" + path + "': " + text_of(result.error()));
  return std::move(*result);
}

void print(const node_snapshot& snapshot, const char* what, bool json) {
  if (json)
    std::cout << line({{"index", snapshot.index},
                       {"term", snapshot.term},
                       {"collections", snapshot.collections.size()}});
  else
    std::cout << what << ' ' << snapshot.collections.size() << " collections as of index "
              << snapshot.index << '\n';
}

} // namespace

const char* snapshot_help() {
  return R"(hamok snapshot export FILE --connect=HOST:PORT    write the content of all collections to FILE
hamok snapshot import FILE --connect=HOST:PORT    replace the content of all collections by that of FILE

  FILE ends with .json (text, to be read and edited) or .cbor (smaller). All collections are of one index of
  the member's log. An import is one entry of the log: every member has all of it or nothing of it, and what
  is not in FILE is empty then. A file that makes no sense is refused with the place that is wrong.
)";
}

int snapshot_command(const word_list& words) {
  const arguments given{words, with_client_options({})};
  if (given.words().size() != 2 || (given.words()[0] != "export" && given.words()[0] != "import"))
    throw usage_error("say export or import, and a file");
  const auto& path = given.words()[1];
  const auto cbor = is_cbor(path);
  const auto json = given.has("json");
  if (given.words()[0] == "export") {
    auto member = make_client(given, true);
    const auto snapshot = value_of(member.export_snapshot(), json);
    write_file(path, to_bytes(snapshot, cbor));
    print(snapshot, "wrote", json);
    return exit_ok;
  }
  const auto snapshot = from_file(path);
  auto via = make_client(given, false);
  if (const auto problem = via.import_snapshot(snapshot))
    fail(problem, json, effect::possible);
  print(snapshot, "replaced", json);
  return exit_ok;
}

} // namespace hamok::cli
