// Guards what a compiler does not: who may include whom, how long a function may be, what the
// library must never call, and where differences between CAF's versions may be mentioned.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/layering/source_scanner.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace hamok::layering;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_function_lines = 70;

// ---- the tree ---------------------------------------------------------------------------------

struct file {
  std::string path; // relative to the root
  std::string text;
};

std::string read(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// The C++ files below the given folders of the project, sorted by path.
std::vector<file> files_in(std::initializer_list<std::string_view> folders) {
  std::vector<file> result;
  const fs::path root{HAMOK_SOURCE_DIR};
  for (const auto folder : folders) {
    if (!fs::exists(root / folder))
      continue;
    for (const auto& entry : fs::recursive_directory_iterator{root / folder}) {
      const auto extension = entry.path().extension();
      if (entry.is_regular_file() && (extension == ".hpp" || extension == ".cpp"))
        result.push_back({fs::relative(entry.path(), root).generic_string(), read(entry.path())});
    }
  }
  std::sort(result.begin(), result.end(),
            [](const file& a, const file& b) { return a.path < b.path; });
  return result;
}

bool is_state(const file& f) {
  return f.path.starts_with("collections/")
         && (f.path.ends_with("_state.hpp") || f.path.ends_with("_state.cpp"));
}

std::vector<file> pure_files() {
  auto result = files_in({"raft"});
  for (auto& f : files_in({"collections"}))
    if (is_state(f))
      result.push_back(std::move(f));
  return result;
}

using findings = std::vector<std::string>;

std::string at(const file& f, std::size_t line, std::string_view text) {
  return f.path + ":" + std::to_string(line) + ": " + std::string{text};
}

void check(const findings& found) {
  std::string all;
  for (const auto& line : found)
    all += "\n" + line;
  INFO("violations:" << all);
  CHECK(found.empty());
}

/// Reports each include of the files for which `allowed(path)` is false.
template <class Predicate>
findings wrong_includes(const std::vector<file>& files, Predicate allowed) {
  findings result;
  for (const auto& f : files)
    for (const auto& inc : includes_of(f.text))
      if (!allowed(std::string_view{inc.path}))
        result.push_back(at(f, inc.line, "must not include " + inc.path));
  return result;
}

findings banned(const std::vector<file>& files, std::initializer_list<std::string_view> words) {
  findings result;
  for (const auto& f : files) {
    const auto text = blank_out(f.text);
    for (const auto word : words)
      for (const auto line : find_word(text, word))
        result.push_back(at(f, line, "must not use " + std::string{word}));
  }
  return result;
}

// ---- who may include whom ---------------------------------------------------------------------

/// Headers that are a function of their arguments: no clock, thread, randomness, file or locale.
/// The unordered containers are missing on purpose: their order is not part of the standard, and
/// the same events must give the same bytes everywhere.
bool is_pure_std(std::string_view path) {
  static const std::set<std::string_view> allowed{
      "<algorithm>",   "<array>",      "<bit>",
      "<bitset>",      "<cassert>",    "<cctype>",
      "<charconv>",    "<chrono>",     "<climits>",
      "<compare>",     "<concepts>",   "<cstddef>",
      "<cstdint>",     "<cstring>",    "<deque>",
      "<exception>",   "<functional>", "<initializer_list>",
      "<iomanip>",     "<iosfwd>",     "<iterator>",
      "<limits>",      "<list>",       "<map>",
      "<memory>",      "<new>",        "<numeric>",
      "<optional>",    "<ostream>",    "<queue>",
      "<ranges>",      "<set>",        "<span>",
      "<sstream>",     "<stdexcept>",  "<string>",
      "<string_view>", "<tuple>",      "<type_traits>",
      "<typeinfo>",    "<utility>",    "<variant>",
      "<vector>",      "<version>"};
  return allowed.contains(path);
}

/// A header of the standard library has neither a folder nor an extension.
bool is_std(std::string_view path) {
  return path.starts_with('<') && path.find_first_of("./") == std::string_view::npos;
}

bool is_raft(std::string_view path) {
  return path.starts_with("\"hamok/raft/");
}

bool is_interface(std::string_view path) {
  return path.starts_with("\"hamok/actors/interfaces/") || path == "\"hamok/actors/interfaces.hpp\""
         || path == "\"hamok/actors/caf_compat.hpp\"";
}

/// Where actors are placed in the multiplexer; only what spawns actors may know of it.
bool is_placement(std::string_view path) {
  return path == "\"hamok/actors/placement.hpp\"";
}

bool is_caf_core(std::string_view path) {
  return path.starts_with("<caf/") && !path.starts_with("<caf/io/")
         && !path.starts_with("<caf/net/") && !path.starts_with("<caf/openssl/");
}

bool is_socket_header(std::string_view path) {
  static const std::set<std::string_view> allowed{
      "<fcntl.h>",        "<netdb.h>",      "<netinet/in.h>", "<netinet/tcp.h>", "<poll.h>",
      "<sys/resource.h>", "<sys/socket.h>", "<sys/un.h>",     "<unistd.h>"};
  return allowed.contains(path);
}

} // namespace

TEST_CASE("raft/ includes nothing but pure standard headers and itself") {
  check(wrong_includes(files_in({"raft"}),
                       [](auto path) { return is_pure_std(path) || is_raft(path); }));
}

TEST_CASE("the collections' states include nothing but pure standard headers, immer and raft/") {
  std::vector<file> states;
  for (auto& f : files_in({"collections"}))
    if (is_state(f))
      states.push_back(std::move(f));
  check(wrong_includes(states, [](auto path) {
    return is_pure_std(path) || is_raft(path) || path.starts_with("<immer/")
           || (path.starts_with("\"hamok/collections/") && path.ends_with("_state.hpp\""));
  }));
}

TEST_CASE("actors/interfaces includes nothing but the standard library, CAF's core, nlohmann_json "
          "and raft/") {
  check(wrong_includes(files_in({"actors/interfaces"}), [](auto path) {
    return is_std(path) || is_raft(path) || is_caf_core(path) || is_interface(path)
           || path == "<nlohmann/json.hpp>";
  }));
}

TEST_CASE("what differs between versions of CAF is there without CAF's input and output") {
  auto headers = files_in({"actors"});
  std::erase_if(headers, [](const file& f) { return f.path != "actors/caf_compat.hpp"; });
  REQUIRE(headers.size() == 1);
  check(wrong_includes(headers, [](auto path) { return is_std(path) || is_caf_core(path); }));
}

TEST_CASE("io/ knows of actors/ only the interfaces, and nothing of collections/") {
  check(wrong_includes(files_in({"io"}), [](auto path) {
    if (path.starts_with("\"hamok/"))
      return is_raft(path) || is_interface(path) || is_placement(path)
             || path.starts_with("\"hamok/io/");
    return is_std(path) || is_socket_header(path) || path.starts_with("<caf/")
           || path.starts_with("<spdlog/");
  }));
}

TEST_CASE("collections/ knows of actors/ only the interfaces, and nothing of io/") {
  check(wrong_includes(files_in({"collections"}), [](auto path) {
    if (path.starts_with("\"hamok/"))
      return is_raft(path) || is_interface(path) || is_placement(path)
             || path.starts_with("\"hamok/collections/");
    return is_std(path) || is_caf_core(path) || path.starts_with("<immer/")
           || path == "<nlohmann/json.hpp>" || path == "<nlohmann/json_fwd.hpp>";
  }));
}

TEST_CASE("redis/ stands beside the rest of the library, and alone knows of hiredis") {
  check(wrong_includes(files_in({"redis"}), [](auto path) {
    if (path.starts_with("\"hamok/"))
      return is_raft(path) || is_interface(path) || path.starts_with("\"hamok/io/")
             || path.starts_with("\"hamok/collections/") || path.starts_with("\"hamok/redis/");
    return is_std(path) || is_socket_header(path) || is_caf_core(path)
           || path.starts_with("<hiredis/");
  }));
  check(wrong_includes(files_in({"raft", "actors", "collections", "io", "cli"}),
                       [](auto path) { return !path.starts_with("<hiredis/"); }));
  // The program is an application like others: its members may have a Redis.
  check(wrong_includes(files_in({"raft", "actors", "collections", "io"}),
                       [](auto path) { return !path.starts_with("\"hamok/redis/"); }));
}

TEST_CASE("actors/ uses no library but CAF, and knows nothing of the programs") {
  check(wrong_includes(files_in({"actors"}), [](auto path) {
    if (path.starts_with("\"hamok/"))
      return !path.starts_with("\"hamok/cli/") && !path.starts_with("\"hamok/tests/");
    return is_std(path) || path.starts_with("<caf/") || path == "<nlohmann/json.hpp>";
  }));
}

TEST_CASE("no header is included by a relative path") {
  const auto files =
      files_in({"raft", "actors", "collections", "io", "redis", "cli", "examples", "tests"});
  check(wrong_includes(
      files, [](auto path) { return !path.starts_with('"') || path.starts_with("\"hamok/"); }));
}

// ---- what code may do -------------------------------------------------------------------------

TEST_CASE("no function is longer than 70 lines") {
  findings found;
  for (const auto& f : files_in({"raft", "actors", "collections", "io", "redis", "cli"}))
    for (const auto& fun : functions_of(f.text))
      if (fun.lines > max_function_lines)
        found.push_back(at(f, fun.line, std::to_string(fun.lines) + " lines: " + fun.head));
  check(found);
}

TEST_CASE("the library never writes to stdout or stderr") {
  check(banned(files_in({"raft", "actors", "collections", "io", "redis"}),
               {"std::cout", "std::cerr", "std::clog", "printf(", "fprintf(", "vprintf(",
                "vfprintf(", "dprintf(", "sprintf(", "vsprintf(", "puts(", "fputs(", "putchar(",
                "perror(", "stdout", "stderr"}));
}

TEST_CASE("the library never ends the host process") {
  check(banned(files_in({"raft", "actors", "collections", "io", "redis"}),
               {"abort(", "exit(", "_exit(", "_Exit(", "quick_exit(", "std::terminate(",
                "::terminate(", "assert(", "CAF_CRITICAL("}));
}

TEST_CASE("the library never sleeps and never waits for ever") {
  auto files = files_in({"raft", "actors", "collections", "io", "redis"});
  // `request_of_hidden` ends by a timer of its own.
  std::erase_if(files, [](const file& f) { return f.path == "io/hidden_request.hpp"; });
  check(banned(files, {"sleep_for(", "sleep_until(", "usleep(", "nanosleep(", "sleep(",
                       "caf::infinite", "infinite"}));
}

TEST_CASE("only the facades for plain threads block") {
  auto files = files_in({"raft", "actors", "collections", "io", "redis"});
  std::erase_if(files, [](const file& f) {
    static const std::set<std::string_view> facades{
        "actors/node.cpp", "collections/call_table.hpp", "collections/call_table.cpp",
        "collections/member_facade.hpp", "collections/response.hpp",
        "collections/content_access.cpp", "io/client_connection.cpp",
        "io/basp_link.cpp", // its dialer has a thread of its own, as the middleman answers when it
                            // can
        "io/resolver.cpp", "actors/caf_compat.hpp"};
    return facades.contains(f.path);
  });
  check(banned(files, {"std::condition_variable", "std::future", "std::promise",
                       "caf::scoped_actor", "std::latch", "std::counting_semaphore"}));
}

TEST_CASE("raft/ and the collections' states have no clock and no randomness") {
  check(banned(pure_files(),
               {"system_clock", "steady_clock::now(", "high_resolution_clock", "clock::now(",
                "now_ns(", "gettimeofday(", "clock_gettime(", "time(nullptr", "std::time(",
                "std::rand", "rand(", "srand(", "random_device", "std::this_thread"}));
}

TEST_CASE("signals are the program's business, never the library's") {
  const auto library = files_in({"raft", "actors", "collections", "io", "redis"});
  check(banned(library, {"sigaction", "std::signal(", "::signal(", "std::raise(", "::raise(",
                         "signal(SIG", "raise(SIG", "sigprocmask(", "pthread_sigmask("}));
  check(wrong_includes(library,
                       [](auto path) { return path != "<csignal>" && path != "<signal.h>"; }));
}

TEST_CASE("only actors/caf_compat.hpp asks for the version of CAF") {
  auto files =
      files_in({"raft", "actors", "collections", "io", "redis", "cli", "examples", "tests"});
  std::erase_if(files, [](const file& f) { return f.path == "actors/caf_compat.hpp"; });
  check(banned(files,
               {"CAF_VERSION", "CAF_MAJOR_VERSION", "CAF_MINOR_VERSION", "CAF_PATCH_VERSION"}));
}

// ---- the rules themselves ----------------------------------------------------------------------

TEST_CASE("the rules refuse what they are made to refuse") {
  const std::vector<file> bad{{"raft/x.cpp", "#include <thread>\n#include <vector>\n"
                                             "void f() { std::cout << 1; }\n"}};
  CHECK(wrong_includes(bad, is_pure_std) == findings{"raft/x.cpp:1: must not include <thread>"});
  CHECK(banned(bad, {"std::cout"}) == findings{"raft/x.cpp:3: must not use std::cout"});
  CHECK(is_std("<thread>"));
  CHECK_FALSE(is_std("<sys/socket.h>"));
  CHECK(is_caf_core("<caf/all.hpp>"));
  CHECK_FALSE(is_caf_core("<caf/io/all.hpp>"));
  CHECK(is_interface("\"hamok/actors/interfaces/messages.hpp\""));
  CHECK_FALSE(is_interface("\"hamok/actors/node.hpp\""));
}
