#pragma once

// What operations on collections answer, on every member that applies them.

#include "hamok/tests/sim/invariant.hpp"

namespace hamok::sim {

/// Each operation answers what the plain model answers, whichever member applies it and however
/// often it comes: the same to everybody who asks again.
class answers_as_modelled final : public invariant {
public:
  const char* name() const noexcept override { return "answers are as modelled"; }

  void applied(const cluster_view& all, const apply_view& apply) override {
    if (apply.repeated || !is_agreed(all, apply))
      return;
    const auto& expected = all.past.at(apply.index);
    require(!expected.what || apply.result == expected.result, [&] {
      return called(all, apply.who) + " answers " + describe(apply.result) + " to "
             + to_string(*expected.what) + " at index " + str(apply.index)
             + ", and the model answers " + describe(expected.result);
    });
  }

private:
  static std::string describe(const operation_result& result) {
    if (result.index == 0)
      return "nothing";
    return str(result.result) + (result.fresh ? "" : " again") + " as of index "
           + str(result.index);
  }
};

} // namespace hamok::sim
