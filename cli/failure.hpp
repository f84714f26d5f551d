#pragma once

// Why a command ends without having done its job.

#include "hamok/cli/command.hpp"

#include <caf/error.hpp>

#include <string>
#include <utility>

namespace hamok::cli {

/// Ends the command: the text goes to stderr as it is, the code is the program's.
class failure {
public:
  failure(int code, std::string text) : code_(code), text_(std::move(text)) {}

  [[nodiscard]] int code() const noexcept { return code_; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
  int code_;
  std::string text_;
};

/// What a command may have done before it failed.
enum class effect {
  none,     ///< nothing: it only reads
  possible, ///< what its error says
  certain,  ///< something has changed already
};

/// The exit code that belongs to an error of the library.
[[nodiscard]] exit_code exit_code_of(const caf::error& reason, effect so_far);

/// Throws the failure for an error: a sentence, or an object for machines. `detail` is put behind
/// the sentence.
[[noreturn]] void fail(const caf::error& reason, bool json, effect so_far = effect::none,
                       const std::string& detail = {});

/// Throws a failure that is no error of the library.
[[noreturn]] void fail(exit_code code, const std::string& name, const std::string& text, bool json);

} // namespace hamok::cli
