// The scanner behind the layering test.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/layering/source_scanner.hpp"

using namespace hamok::layering;

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
