#pragma once

// Runs the commands of scenario files. What there is stands in interpreter.cpp, a sentence for
// each.

#include "hamok/tests/script/cluster.hpp"
#include "hamok/tests/script/words.hpp"

#include <string>

namespace hamok::script {

class interpreter {
public:
  /// Runs one command line and gives what it prints. Throws when the line makes no sense, or when
  /// an invariant is broken.
  std::string run(const std::string& line);

private:
  friend struct commands;

  void execute(const words& line);

  std::string out_;
  cluster cluster_{out_};
};

} // namespace hamok::script
