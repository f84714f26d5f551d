#pragma once

// Three members in this process, over local links.

#include "hamok/tests/manual/members.hpp"

#include <memory>
#include <string>

namespace hamok::test {

class in_one_process : public members {
public:
  explicit in_one_process(options all = {});
  ~in_one_process() override;

  void kill(const std::string& name) override;
  void start(const std::string& name) override;
  void freeze(const std::string& name) override;
  void thaw(const std::string& name) override;

private:
  json exchange(const std::string& member, const json& request) override;

  struct nodes; // keeps CAF out of the cases
  std::unique_ptr<nodes> nodes_;
};

} // namespace hamok::test
