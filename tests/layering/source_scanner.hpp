#pragma once

// A scanner for C++ that knows comments, literals, braces and little else: enough for the rules in
// layering_test.cpp.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hamok::layering {

enum class literals { keep, blank };

/// Replaces comments, and literals if asked, by spaces; lines stay where they are.
std::string blank_out(std::string_view text, literals what = literals::blank);

/// Replaces preprocessor lines, with their continuations, by spaces.
std::string blank_preprocessor(std::string text);

struct function {
  std::size_t line;  ///< where its declaration starts
  std::size_t lines; ///< up to its closing brace
  std::string head;  ///< as far as the opening brace
};

/// The functions of a source text. A lambda or a local class belongs to what is around it; a brace
/// that initializes data (`= {`) is none.
std::vector<function> functions_of(std::string_view source);

struct include {
  std::size_t line;
  std::string path; ///< with its quotes or angle brackets
};

std::vector<include> includes_of(std::string_view source);

/// The lines where `word` stands in `text` as a whole word; `word` may end with '(' for a call and
/// begin with "::". A call through an object (`x.abort(`) or of an own function by another name is
/// none.
std::vector<std::size_t> find_word(std::string_view text, std::string_view word);

} // namespace hamok::layering
