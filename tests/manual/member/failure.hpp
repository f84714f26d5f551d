#pragma once

// What a member and the cases that ask it have in common. Nothing heavy: every case includes it.

#include <nlohmann/json.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

namespace hamok::test {

using nlohmann::json;

/// How long anything that should happen may take on a loaded machine.
inline constexpr auto patience_of_cases = std::chrono::seconds{20};

/// Why a call has no answer: the name of an `errc`, or another word, and its text.
class failure : public std::runtime_error {
public:
  failure(std::string code, const std::string& text)
      : std::runtime_error(code + ": " + text),
        code_(std::move(code)),
        text_(text) {}

  [[nodiscard]] const std::string& code() const noexcept { return code_; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
  std::string code_;
  std::string text_;
};

} // namespace hamok::test
