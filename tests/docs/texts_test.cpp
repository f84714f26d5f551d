// The pages about another library and about trouble are complete, and quote what is there.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/docs/pages.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace hamok::docs {

namespace fs = std::filesystem;

namespace {

const fs::path root{HAMOK_SOURCE_DIR};

std::string text_of(const fs::path& file) {
  std::string result;
  for (const auto& line : lines_of(file))
    result += line + '\n';
  return result;
}

/// The literals of a source, one behind the other: pieces of one text are put together again.
std::string literals_of(const fs::path& source) {
  std::string result;
  bool inside = false;
  bool in_between = false; // only spaces since the last literal
  for (const auto c : text_of(source)) {
    if (c == '"') {
      inside = !inside;
      if (inside && !in_between)
        result += '\n';
      in_between = !inside;
    } else if (inside) {
      result += c;
    } else if (c != ' ' && c != '\n') {
      in_between = false;
    }
  }
  return result;
}

/// All texts of the library.
std::string all_literals() {
  std::string result;
  for (const auto* folder : {"actors", "collections", "io", "raft"})
    for (const auto& entry : fs::recursive_directory_iterator{root / folder})
      if (entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp")
        result += literals_of(entry.path()) + '\n';
  return result;
}

/// The parts of `text` between these, without spaces around them.
std::vector<std::string> parts(const std::string& text, const std::string& between) {
  std::vector<std::string> result;
  std::size_t from = 0;
  while (from <= text.size()) {
    const auto to = std::min(text.find(between, from), text.size());
    const auto part = text.substr(from, to - from);
    const auto first = part.find_first_not_of(" '");
    if (first != std::string::npos)
      result.push_back(part.substr(first, part.find_last_not_of(" '") - first + 1));
    from = to + between.size();
  }
  return result;
}

/// What is between quotes in the tables of a page, but for their last column.
std::vector<std::string> quoted(const std::string& page) {
  std::vector<std::string> result;
  for (const auto& line : lines_of(root / page)) {
    if (!line.starts_with("| "))
      continue;
    const auto cells = parts(line, "|");
    for (std::size_t i = 0; i + 1 < cells.size(); ++i) {
      const bool even = std::ranges::count(cells[i], '"') % 2 == 0;
      CHECK(even);
      std::size_t at = 0;
      while ((at = cells[i].find('"', at)) != std::string::npos) {
        const auto end = cells[i].find('"', at + 1);
        if (end == std::string::npos)
          break;
        result.push_back(cells[i].substr(at + 1, end - at - 1));
        at = end + 1;
      }
    }
  }
  return result;
}

} // namespace

TEST_CASE("the texts that the page about trouble quotes are those of the library") {
  const auto literals = all_literals();
  const auto texts = quoted("docs/troubleshooting.md");
  CHECK(texts.size() > 20);
  for (const auto& text : texts)
    for (const auto& part : parts(text, "...")) {
      INFO(text << ": " << part);
      CHECK(literals.find(part) != std::string::npos);
    }
}

TEST_CASE("whoever comes from the TypeScript library finds all of its manual") {
  const auto page = text_of(root / "docs" / "coming-from-typescript.md");
  for (const auto* name : {"npm install",
                           "yarn add",
                           "new Hamok",
                           "peerId",
                           "electionTimeoutInMs",
                           "followerMaxIdleInMs",
                           "heartbeatInMs",
                           "onlyFollower",
                           "`started`",
                           "`stopped`",
                           "`follower`",
                           "`leader`",
                           "`message`",
                           "`remote-peer-joined`",
                           "`remote-peer-left`",
                           "`leader-changed`",
                           "`state-changed`",
                           "`commit`",
                           "`heartbeat`",
                           "`error`",
                           "`hello-notification`",
                           "`no-heartbeat-from`",
                           "`start()`",
                           "`stop()`",
                           "addRemotePeerId",
                           "removeRemotePeerId",
                           "`export()`",
                           "`import(snapshot)`",
                           "waitUntilCommitHead",
                           "createMap",
                           "createRecord",
                           "createQueue",
                           "createEmitter",
                           "`accept(message)`",
                           "mapId",
                           "recordId",
                           "queueId",
                           "emitterId",
                           "requestTimeoutInMs",
                           "map.set",
                           "map.get",
                           "record.set",
                           "record.get",
                           "queue.push",
                           "queue.dequeue",
                           "emitter.subscribe",
                           "emitter.emit",
                           "hamok.on('error'"}) {
    INFO(name);
    CHECK(page.find(name) != std::string::npos);
  }
}

TEST_CASE("the questions of the TypeScript library's manual are answered") {
  const auto page = text_of(root / "docs" / "faq.md");
  for (const auto* question :
       {"## How do I start a node?", "## How do I stop it?", "## How do I add a peer?",
        "## How do I remove one?", "## What is stored in the log?",
        "## What are snapshots good for?", "## Can logs overflow the memory?",
        "## What is the difference between a map and a record?", "## Does it replace Redis?"}) {
    INFO(question);
    CHECK(page.find(question) != std::string::npos);
  }
}

} // namespace hamok::docs
