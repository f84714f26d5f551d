#pragma once

// Three members in this process, over local links.

#include "hamok/tests/manual/member/served_member.hpp"
#include "hamok/tests/manual/members.hpp"

#include <map>
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

  options options_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::shared_ptr<local_network> network_ = std::make_shared<local_network>();
  std::map<std::string, std::unique_ptr<served_member>> members_;
};

} // namespace hamok::test
