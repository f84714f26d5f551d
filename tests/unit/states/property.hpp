#pragma once

// Properties in test cases: whatever rapidcheck makes up, they have to hold.

#include "hamok/raft/bytes.hpp"
#include "hamok/tests/catch.hpp"

#include <rapidcheck.h>

#include <cstdlib>
#include <ostream>
#include <sstream>
#include <utility>

namespace hamok {

/// For counterexamples: what can be read as it is, all else as numbers.
inline void showValue(const blob& value, std::ostream& out) {
  out << '"';
  for (const auto each : value.text())
    if (each >= ' ' && each <= '~')
      out << each;
    else
      out << '<' << static_cast<unsigned>(static_cast<unsigned char>(each)) << '>';
  out << '"';
}

} // namespace hamok

namespace hamok::state_test {

/// The same cases in every run, so that a test that has passed passes again; RC_PARAMS (see
/// rapidcheck's documentation) asks for others: `RC_PARAMS="seed=5 max_success=10000"`.
inline rc::detail::TestParams property_params() {
  if (std::getenv("RC_PARAMS") != nullptr)
    return rc::detail::configuration().testParams;
  rc::detail::TestParams params;
  params.seed = 20'261'201;
  return params;
}

/// Fails with the smallest counterexample that was found.
template <class Testable>
void check_property(Testable&& testable) {
  const auto result = rc::detail::checkTestable(std::forward<Testable>(testable),
                                                rc::detail::TestMetadata{}, property_params());
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  INFO(text.str());
  CHECK(result.template is<rc::detail::SuccessResult>());
}

} // namespace hamok::state_test
