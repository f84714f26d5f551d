#include "hamok/tests/layering/source_scanner.hpp"

#include <algorithm>
#include <cctype>

namespace hamok::layering {

namespace {

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

} // namespace

std::string blank_out(std::string_view text, literals what) {
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

namespace {

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

} // namespace

std::vector<function> functions_of(std::string_view source) {
  return function_scanner{source}.run();
}

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

} // namespace hamok::layering
