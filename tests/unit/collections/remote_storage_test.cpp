// The storage of remote maps in memory, and what its thread makes of jobs and questions.

#include "hamok/collections/storage_worker.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/storage_cases.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"

#include <stdexcept>

namespace hamok::state_test {

namespace {

namespace cases = hamok::test::storage_cases;

/// Fails after a number of writes, in the way that it was told.
class failing_path final : public remote_storage {
public:
  enum class way { unavailable, throws };

  failing_path(int good, way how) : good_(good), how_(how) {}

  remote_outcome execute(const remote_write& write) override {
    if (good_-- > 0)
      return inner_.execute(write);
    if (how_ == way::throws)
      throw std::runtime_error{"it has burnt down"};
    return {};
  }
  caf::expected<std::vector<std::optional<blob>>> get(const std::vector<blob>&) override {
    throw std::runtime_error{"it has burnt down"};
  }
  caf::expected<std::vector<key_value>> scan(const std::optional<blob>&, std::size_t) override {
    return std::vector<key_value>{{cases::b("k"), cases::b("for ever")}};
  }
  caf::expected<std::uint64_t> size() override { return make_error(errc::remote_unavailable); }

private:
  memory_remote_storage inner_;
  int good_;
  way how_;
};

remote_job job_of(std::size_t count) {
  remote_job result{cases::me, 0, {}};
  for (std::size_t i = 1; i <= count; ++i)
    result.tasks.push_back(
        {i, true, map_command::set(cases::b("k").bytes(), cases::b(std::to_string(i)).bytes())});
  return result;
}

remote_report report_of(remote_storage& storage, const remote_job& job) {
  remote_report result;
  REQUIRE(decode(execute_job(storage, encode(job)), result));
  return result;
}

} // namespace

TEST_CASE("memory does what every storage of a remote map has to do") {
  cases::for_each([](const char* name, auto what) {
    INFO(name);
    memory_remote_storage storage;
    what(storage);
  });
}

TEST_CASE("the tasks of a job are done one after the other, up to the first that cannot be") {
  memory_remote_storage good;
  const auto whole = report_of(good, job_of(5));
  CHECK(whole.problem.empty());
  REQUIRE(whole.results.size() == 5);
  CHECK(whole.results[4].index == 5);
  CHECK(whole.results[4].touches == encode(std::vector<remote_touch>{cases::touch(true, "4")}));
  for (const auto how : {failing_path::way::unavailable, failing_path::way::throws}) {
    failing_path bad{2, how};
    const auto part = report_of(bad, job_of(5));
    CHECK(part.results.size() == 2);
    CHECK(part.problem
          == (how == failing_path::way::throws ? "it has burnt down" : "it does not say why"));
  }
  remote_report result;
  REQUIRE(decode(execute_job(good, cases::b("no job")), result));
  CHECK(!result.problem.empty());
}

TEST_CASE("a job with large answers ends early, and no answer is lost") {
  memory_remote_storage storage;
  const std::string large(std::size_t{6} << 20, 'x');
  auto job = job_of(8);
  for (auto& task : job.tasks)
    task.operation = map_command::set(cases::b("k").bytes(), cases::b(large).bytes());
  const auto report = report_of(storage, job);
  CHECK(report.problem.empty());
  CHECK(report.results.size() < 8);
  CHECK(report.results.size() > 2);
}

TEST_CASE("whatever goes wrong with a question to a storage is an answer") {
  failing_path bad{0, failing_path::way::throws};
  CHECK(code_of(ask_storage(bad, map_query::get(cases::b("k").bytes())))
        == errc::remote_unavailable);
  CHECK(code_of(ask_storage(bad, map_query::size())) == errc::remote_unavailable);
  CHECK(code_of(ask_storage(bad, map_query::keys())) == errc::remote_unavailable); // no end
  memory_remote_storage good;
  for (const auto* bytes : {"", "\x05x", "\x08", "\x7f", "\x09\x01\x02"})
    CHECK(code_of(ask_storage(good, cases::b(bytes))) == errc::bad_command);
  CHECK(*ask_storage(good, map_query::scan(std::nullopt, 0))
        == map_answer::encode(std::vector<key_value>{}));
}

} // namespace hamok::state_test
