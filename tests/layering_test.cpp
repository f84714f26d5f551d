// Guards what a compiler does not: who may include whom, how long a function may be, what the
// library must never call, and where differences between CAF's versions may be mentioned.

#include "hamok/tests/catch.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_function_lines = 70;

// ---- a scanner for C++ that knows comments, literals, braces and little else ------------------

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

/// True when the quote at `pos` separates digits (`1'000`) instead of starting a character.
bool is_digit_separator(std::string_view text, std::size_t pos) {
  auto begin = pos;
  while (begin > 0 && (is_word(text[begin - 1]) || text[begin - 1] == '\''))
    --begin;
  return begin < pos && std::isdigit(static_cast<unsigned char>(text[begin])) != 0;
}

/// The position behind the literal in quotes that starts at `pos`.
std::size_t skip_quoted(std::string_view text, std::size_t pos) {
  const auto quote = text[pos++];
  while (pos < text.size() && text[pos] != quote && text[pos] != '\n')
    pos += text[pos] == '\\' ? 2 : 1;
  return std::min(pos + 1, text.size());
}

/// The position behind the raw string whose first quote is at `pos`.
std::size_t skip_raw_string(std::string_view text, std::size_t pos) {
  const auto open = text.find('(', pos);
  if (open == std::string_view::npos)
    return text.size();
  const auto close = ")" + std::string{text.substr(pos + 1, open - pos - 1)} + "\"";
  const auto end = text.find(close, open);
  return end == std::string_view::npos ? text.size() : end + close.size();
}

/// The position behind the comment or literal at `pos`, or `pos` when there is none.
std::size_t skip_opaque(std::string_view text, std::size_t pos) {
  const auto rest = text.substr(pos);
  if (rest.starts_with("//"))
    return std::min(text.find('\n', pos), text.size());
  if (rest.starts_with("/*")) {
    const auto end = text.find("*/", pos + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
  }
  if (rest.front() == '"')
    return pos > 0 && text[pos - 1] == 'R' ? skip_raw_string(text, pos) : skip_quoted(text, pos);
  if (rest.front() == '\'' && !is_digit_separator(text, pos))
    return skip_quoted(text, pos);
  return pos;
}

enum class literals { keep, blank };

/// Replaces comments, and literals if asked, by spaces; lines stay where they are.
std::string blank_out(std::string_view text, literals what = literals::blank) {
  std::string result{text};
  for (std::size_t pos = 0; pos < text.size();) {
    const auto end = skip_opaque(text, pos);
    if (text[pos] == '/' || what == literals::blank)
      for (auto i = pos; i < end; ++i)
        if (result[i] != '\n')
          result[i] = ' ';
    pos = std::max(end, pos + 1);
  }
  return result;
}

/// Replaces preprocessor lines, with their continuations, by spaces.
std::string blank_preprocessor(std::string text) {
  bool directive = false;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = std::string_view{text}.substr(begin, end - begin);
    const auto starts = trim(line).starts_with('#');
    const auto continues = trim(line).ends_with('\\');
    if (directive || starts) {
      directive = continues;
      std::fill(text.begin() + static_cast<std::ptrdiff_t>(begin),
                text.begin() + static_cast<std::ptrdiff_t>(end), ' ');
    }
    begin = end + 1;
  }
  return text;
}

std::size_t line_of(std::string_view text, std::size_t pos) {
  return 1
         + static_cast<std::size_t>(
             std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(pos), '\n'));
}

/// The position behind what closes the bracket at `pos`.
std::size_t skip_balanced(std::string_view text, std::size_t pos, char open, char close) {
  std::size_t depth = 0;
  for (; pos < text.size(); ++pos) {
    if (text[pos] == open)
      ++depth;
    else if (text[pos] == close && --depth == 0)
      return pos + 1;
  }
  return text.size();
}

std::string_view first_word(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_word(text[n]))
    ++n;
  return text.substr(0, n);
}

bool is_access(std::string_view word) {
  return word == "public" || word == "private" || word == "protected";
}

bool is_macro(std::string_view word) {
  return word.size() > 1 && std::all_of(word.begin(), word.end(), [](char c) {
           return is_word(c) && std::islower(static_cast<unsigned char>(c)) == 0;
         });
}

/// Drops attributes, `template <...>`, access labels and specifiers in front of a declaration.
std::string_view without_prefixes(std::string_view head) {
  for (;;) {
    head = trim(head);
    const auto word = first_word(head);
    const auto rest = trim(head.substr(word.size()));
    if (head.starts_with("[["))
      head = head.substr(skip_balanced(head, 0, '[', ']'));
    else if (word == "template" && rest.starts_with('<'))
      head = rest.substr(skip_balanced(rest, 0, '<', '>'));
    else if (is_access(word) && rest.starts_with(':'))
      head = rest.substr(1);
    else if (word == "export" || word == "inline" || word == "typedef" || word == "static"
             || word == "constexpr" || word == "const" || word == "friend")
      head = rest;
    else
      return head;
  }
}

/// The declaration without what stands before it and ends without a semicolon: access labels and
/// calls of macros (`CAF_ADD_TYPE_ID(...)`).
std::string_view without_labels(std::string_view head) {
  for (;;) {
    head = trim(head);
    const auto word = first_word(head);
    const auto rest = trim(head.substr(word.size()));
    if (is_access(word) && rest.starts_with(':')) {
      head = rest.substr(1);
    } else if (is_macro(word) && rest.starts_with('(')) {
      const auto behind = trim(rest.substr(skip_balanced(rest, 0, '(', ')')));
      if (behind.empty())
        return head;
      head = behind;
    } else {
      return head;
    }
  }
}

/// True when the brace behind `head` opens a namespace, type or linkage block.
bool opens_container(std::string_view head) {
  head = without_prefixes(head);
  const auto word = first_word(head);
  if (word == "namespace")
    return true;
  if (word == "extern")
    return trim(head.substr(word.size())).empty();
  if (word != "class" && word != "struct" && word != "union" && word != "enum")
    return false;
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] == ':' && !(i + 1 < head.size() && head[i + 1] == ':')
        && !(i > 0 && head[i - 1] == ':'))
      return true; // what follows are base classes
    if (head[i] == '(' && !trim(head.substr(0, i)).ends_with("alignas"))
      return false; // a function that returns a type with a keyword in front
    if (head[i] == '(')
      i = skip_balanced(head, i, '(', ')') - 1;
  }
  return true;
}

/// True when the brace behind `head` initializes a member in a constructor's list.
bool opens_member_initializer(std::string_view head) {
  if (head.empty() || !(is_word(head.back()) || head.back() == '>'))
    return false;
  const auto parameters = head.find('(');
  if (parameters == std::string_view::npos)
    return false;
  for (auto i = skip_balanced(head, parameters, '(', ')'); i < head.size(); ++i) {
    if (head[i] != ':')
      continue;
    if (i + 1 < head.size() && head[i + 1] == ':')
      ++i;
    else
      return true;
  }
  return false;
}

struct function {
  std::size_t line;  // where its declaration starts
  std::size_t lines; // up to its closing brace
  std::string head;  // as far as the opening brace
};

/// Finds the functions of a source text. A lambda or a local class belongs to what is around it;
/// a brace that initializes data (`= {`) is none.
class function_scanner {
public:
  explicit function_scanner(std::string_view source)
      : text_{blank_preprocessor(blank_out(source))} {}

  std::vector<function> run() {
    while (pos_ < text_.size())
      step();
    return std::move(found_);
  }

private:
  std::string_view head() const {
    return without_labels(std::string_view{text_}.substr(head_, pos_ - head_));
  }

  void step() {
    switch (text_[pos_]) {
    case '(':
      pos_ = skip_balanced(text_, pos_, '(', ')');
      break;
    case '{':
      open();
      break;
    case '}':
    case ';':
      head_ = ++pos_;
      break;
    default:
      ++pos_;
    }
  }

  void open() {
    const auto before = head();
    const auto end = skip_balanced(text_, pos_, '{', '}');
    if (opens_container(before)) {
      head_ = ++pos_;
      return;
    }
    if (before.ends_with('=') || opens_member_initializer(before)
        || before.find('(') == std::string_view::npos) {
      pos_ = end; // data; the declaration goes on
      return;
    }
    const auto begin = static_cast<std::size_t>(before.data() - text_.data());
    const auto first = line_of(text_, begin);
    found_.push_back({first, line_of(text_, end - 1) - first + 1, std::string{before}});
    head_ = pos_ = end;
  }

  std::string text_;
  std::size_t pos_ = 0;
  std::size_t head_ = 0; // where the current declaration begins
  std::vector<function> found_;
};

std::vector<function> functions_of(std::string_view source) {
  return function_scanner{source}.run();
}

struct include {
  std::size_t line;
  std::string path; // with its quotes or angle brackets
};

std::vector<include> includes_of(std::string_view source) {
  std::vector<include> result;
  const auto text = blank_out(source, literals::keep);
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size(); ++number) {
    const auto end = std::min(text.find('\n', begin), text.size());
    auto line = trim(std::string_view{text}.substr(begin, end - begin));
    begin = end + 1;
    if (!line.starts_with('#'))
      continue;
    line = trim(line.substr(1));
    if (first_word(line) == "include")
      result.push_back({number + 1, std::string{trim(line.substr(7))}});
  }
  return result;
}

/// Where `word` stands in `text` as a whole word; `word` may end with '(' for a call and begin
/// with "::". A call through an object (`x.abort(`) or of an own function by another name is none.
std::vector<std::size_t> find_word(std::string_view text, std::string_view word) {
  std::vector<std::size_t> result;
  const auto call = word.ends_with('(');
  const auto name = call ? word.substr(0, word.size() - 1) : word;
  for (auto pos = text.find(name); pos != std::string_view::npos; pos = text.find(name, pos + 1)) {
    const auto after = text.substr(pos + name.size());
    if (!after.empty() && is_word(after.front()))
      continue;
    if (call && !trim(after).starts_with('('))
      continue;
    const auto before = text.substr(0, pos);
    if (is_word(name.front())
        && (!before.empty() && (is_word(before.back()) || before.back() == '.')))
      continue;
    if (call && before.ends_with("->"))
      continue;
    result.push_back(line_of(text, pos));
  }
  return result;
}

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

bool is_caf_core(std::string_view path) {
  return path.starts_with("<caf/") && !path.starts_with("<caf/io/")
         && !path.starts_with("<caf/net/") && !path.starts_with("<caf/openssl/");
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

TEST_CASE("actors/interfaces includes nothing but the standard library, CAF's core, nlohmann_json and raft/") {
  check(wrong_includes(files_in({"actors/interfaces"}), [](auto path) {
    return is_std(path) || is_raft(path) || is_caf_core(path) || is_interface(path)
           || path == "<nlohmann/json.hpp>";
  }));
}

TEST_CASE("io/ knows of actors/ only the interfaces, and nothing of collections/") {
  check(wrong_includes(files_in({"io"}), [](auto path) {
    if (path.starts_with("\"hamok/"))
      return is_raft(path) || is_interface(path) || path.starts_with("\"hamok/io/");
    return true;
  }));
}

TEST_CASE("collections/ knows of actors/ only the interfaces, and nothing of io/") {
  check(wrong_includes(files_in({"collections"}), [](auto path) {
    if (path.starts_with("\"hamok/"))
      return is_raft(path) || is_interface(path) || path.starts_with("\"hamok/collections/");
    return !path.starts_with("<caf/io/");
  }));
}

TEST_CASE("no header is included by a relative path") {
  const auto files = files_in({"raft", "actors", "collections", "io", "cli", "examples", "tests"});
  check(wrong_includes(
      files, [](auto path) { return !path.starts_with('"') || path.starts_with("\"hamok/"); }));
}

// ---- what code may do -------------------------------------------------------------------------

TEST_CASE("no function is longer than 70 lines") {
  findings found;
  for (const auto& f : files_in({"raft", "actors", "collections", "io", "cli"}))
    for (const auto& fun : functions_of(f.text))
      if (fun.lines > max_function_lines)
        found.push_back(at(f, fun.line, std::to_string(fun.lines) + " lines: " + fun.head));
  check(found);
}

TEST_CASE("the library never writes to stdout or stderr") {
  check(banned(files_in({"raft", "actors", "collections", "io"}),
               {"std::cout", "std::cerr", "std::clog", "printf(", "fprintf(", "vprintf(",
                "vfprintf(", "dprintf(", "sprintf(", "vsprintf(", "puts(", "fputs(", "putchar(",
                "perror(", "stdout", "stderr"}));
}

TEST_CASE("the library never ends the host process") {
  check(banned(
      files_in({"raft", "actors", "collections", "io"}),
      {"abort(", "exit(", "_exit(", "_Exit(", "quick_exit(", "std::terminate(", "::terminate("}));
}

TEST_CASE("the library never sleeps and never waits for ever") {
  check(banned(files_in({"raft", "actors", "collections", "io"}),
               {"sleep_for(", "sleep_until(", "usleep(", "nanosleep(", "sleep(", "caf::infinite",
                "infinite"}));
}

TEST_CASE("raft/ and the collections' states have no clock and no randomness") {
  check(banned(pure_files(),
               {"system_clock", "steady_clock::now(", "high_resolution_clock", "clock::now(",
                "now_ns(", "gettimeofday(", "clock_gettime(", "time(nullptr", "std::time(",
                "std::rand", "rand(", "srand(", "random_device", "std::this_thread"}));
}

TEST_CASE("signals are the program's business, never the library's") {
  const auto library = files_in({"raft", "actors", "collections", "io"});
  check(banned(library, {"sigaction", "std::signal(", "::signal(", "std::raise(", "::raise(",
                         "signal(SIG", "raise(SIG", "sigprocmask(", "pthread_sigmask("}));
  check(wrong_includes(library,
                       [](auto path) { return path != "<csignal>" && path != "<signal.h>"; }));
}

TEST_CASE("only actors/caf_compat.hpp asks for the version of CAF") {
  auto files = files_in({"raft", "actors", "collections", "io", "cli", "examples", "tests"});
  std::erase_if(files, [](const file& f) { return f.path == "actors/caf_compat.hpp"; });
  check(banned(files,
               {"CAF_VERSION", "CAF_MAJOR_VERSION", "CAF_MINOR_VERSION", "CAF_PATCH_VERSION"}));
}

// ---- the scanner itself -----------------------------------------------------------------------

TEST_CASE("the scanner blanks comments and literals and keeps the lines") {
  CHECK(blank_out("a /* { */ b") == "a         b");
  CHECK(blank_out("a // {\nb") == "a     \nb");
  CHECK(blank_out("f(\"}\\\"{\");") == "f(      );");
  CHECK(blank_out("f('{', 1'000'000);") == "f(   , 1'000'000);");
  CHECK(blank_out("R\"x(a)\"b\n)x\";") == "R       \n   ;");
  CHECK(blank_out("\"a\" // b", literals::keep) == "\"a\"     ");
  CHECK(blank_out("\"// no comment\" x", literals::keep) == "\"// no comment\" x");
  CHECK(blank_out("/* \" */ x /* ' */", literals::keep) == "        x        ");
}

TEST_CASE("the scanner blanks preprocessor lines with their continuations") {
  CHECK(blank_preprocessor("#define a \\\n  {\nb\n") == std::string(11, ' ') + "\n   \nb\n");
  CHECK(blank_preprocessor("x\n  # if 1\ny") == "x\n        \ny");
}

TEST_CASE("the scanner finds functions inside namespaces, classes and linkage blocks") {
  const auto found = functions_of("namespace a::b {\n"
                                  "template <class T>\n"
                                  "class x : public y<z(int)> {\n"
                                  "public:\n"
                                  "  int f() const {\n"
                                  "    if (true) { g(); }\n"
                                  "    return 1;\n"
                                  "  }\n"
                                  "};\n"
                                  "extern \"C\" {\n"
                                  "void c() {}\n"
                                  "}\n"
                                  "struct x* pointer() {\n"
                                  "}\n"
                                  "}\n");
  REQUIRE(found.size() == 3);
  CHECK(found[0].line == 5);
  CHECK(found[0].lines == 4);
  CHECK(found[1].line == 11);
  CHECK(found[1].lines == 1);
  CHECK(found[2].line == 13);
  CHECK(found[2].lines == 2);
}

TEST_CASE("the scanner takes a constructor with its initializers as one function") {
  const auto found = functions_of("x::x(int a, options o = {1, {2}})\n"
                                  "  : base{a}, list_{1, 2},\n"
                                  "    map_<int>{} {\n"
                                  "  run([] { return 1; });\n"
                                  "}\n"
                                  "void next() noexcept {\n}\n");
  REQUIRE(found.size() == 2);
  CHECK(found[0].line == 1);
  CHECK(found[0].lines == 5);
  CHECK(found[1].line == 6);
}

TEST_CASE("the scanner sees through calls of macros and access labels") {
  const auto found = functions_of("BEGIN_BLOCK(a, 1)\n  ADD(a, (b))\nEND_BLOCK(a)\n"
                                  "namespace a {\n"
                                  "void f() {}\n"
                                  "class b {\npublic:\nprotected:\n  ~b() {}\n};\n"
                                  "}\n");
  REQUIRE(found.size() == 2);
  CHECK(found[0].line == 5);
  CHECK(found[1].line == 9);
  CHECK(found[1].lines == 1);
}

TEST_CASE("the scanner takes no data for a function") {
  CHECK(functions_of("const int table[] = {\n1,\n2};\n").empty());
  CHECK(functions_of("enum class a : int {\nb,\nc };\n").empty());
  CHECK(functions_of("struct a {\n int b{1};\n c d = {f(1)};\n};\n").empty());
  CHECK(functions_of("void declared(int);\nusing x = int;\n").empty());
}

TEST_CASE("the scanner counts a long function in full, lambdas included") {
  std::string body;
  for (int i = 0; i < 35; ++i)
    body += "  g([] {\n  });\n";
  const auto found = functions_of("auto f() -> int {\n" + body + "}\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].lines == 72);
  CHECK(found[0].lines > max_function_lines);
}

TEST_CASE("the scanner finds includes and leaves out those in comments") {
  const auto found = includes_of("// #include <a>\n#include <b>\n/* #include <c> */\n"
                                 "# include \"hamok/d.hpp\" // why\n");
  REQUIRE(found.size() == 2);
  CHECK(found[0].line == 2);
  CHECK(found[0].path == "<b>");
  CHECK(found[1].line == 4);
  CHECK(found[1].path == "\"hamok/d.hpp\"");
}

TEST_CASE("the scanner finds whole words and free calls") {
  CHECK(find_word("a\nabort();", "abort(") == std::vector<std::size_t>{2});
  CHECK(find_word("std::abort ();", "abort(").size() == 1);
  CHECK(find_word("tx.abort(); tx->abort(); abort_all(); my_abort();", "abort(").empty());
  CHECK(find_word("snprintf(a, b); x = printf;", "printf(").empty());
  CHECK(find_word("std::chrono::steady_clock::now()", "clock::now(").empty());
  CHECK(find_word("std::chrono::steady_clock::now()", "steady_clock::now(").size() == 1);
  CHECK(find_word("std::cout << 1", "std::cout").size() == 1);
}

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

TEST_CASE("the example in the README is examples/quickstart.cpp") {
  const fs::path root{HAMOK_SOURCE_DIR};
  const auto example = read(root / "examples" / "quickstart.cpp");
  REQUIRE_FALSE(example.empty());
  CHECK(read(root / "README.md").find("```cpp\n" + example + "```\n") != std::string::npos);
}
