#include "hamok/collections/remote_executor_state.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hamok {

namespace {

/// Bytes of operations that a storage is given at once, unless the first alone is larger.
constexpr std::size_t job_bytes = std::size_t{4} << 20;

/// Bytes of results in one report, unless the first alone has more.
constexpr std::size_t report_bytes = std::size_t{16} << 20;

// Pauses after a failure, each twice as long as the one before.
constexpr raft::duration first_pause = std::chrono::milliseconds{10};
constexpr raft::duration longest_pause = std::chrono::seconds{2};

} // namespace

void remote_executor::begin_office() noexcept {
  ++office_;
  claimed_ = 0;
  busy_ = false;
  patience_ = {};
  retry_ = {};
}

remote_action remote_executor::next(raft::timestamp now, const remote_view& content,
                                    const raft::incarnation_id& owner, const kept_outcomes& kept) {
  using kind = remote_action::kind;
  if (busy_ || content.size() == 0)
    return {};
  const auto summary = content.summary();
  if (summary.owner != owner) // of another cluster, where the content was exported
    return {};
  if (retry_ > now)
    return {kind::wait, {}};
  const auto most = kept();
  if (most == 0) {
    pause(now, "it was given none");
    return {kind::wait, {}};
  }
  busy_ = true;
  // From the claim on no report of another member counts. And what an earlier leader has committed
  // is known here when the claim is applied, so execution goes on exactly where it has stopped.
  if (claimed_ == 0 || summary.executor != claimed_)
    return {kind::claim, {}};
  return {kind::execute, {owner, summary.reported, content.tasks(most, job_bytes)}};
}

void remote_executor::claimed(std::uint64_t office, raft::timestamp now,
                              const std::optional<blob>& answer) {
  if (office != office_)
    return;
  busy_ = false;
  if (answer && map_answer::decode(*answer, claimed_))
    return;
  claimed_ = 0;
  pause(now, {});
}

std::optional<blob> remote_executor::executed(std::uint64_t office, raft::timestamp now,
                                              const std::optional<remote_report>& answer) {
  if (office != office_)
    return std::nullopt;
  problem_ = answer ? answer->problem : "it does not answer";
  if (answer && !answer->results.empty())
    return remote_command::report(claimed_, answer->results);
  busy_ = false;
  pause(now, problem_);
  return std::nullopt;
}

/// A report that is in doubt is made again: the storage still knows how it was.
void remote_executor::reported(std::uint64_t office, raft::timestamp now,
                               const std::optional<blob>& answer) {
  if (office != office_)
    return;
  busy_ = false;
  bool counts = false;
  if (!answer || !problem_.empty()) {
    pause(now, problem_);
  } else {
    patience_ = {};
    complained_ = false;
  }
  if (answer && (!map_answer::decode(*answer, counts) || !counts))
    claimed_ = 0;
}

std::string remote_executor::take_complaint() {
  return std::exchange(complaint_, {});
}

/// Tries again after a while. With a reason it is the storage's fault, which is told once.
void remote_executor::pause(raft::timestamp now, const std::string& why) {
  patience_ = std::clamp(2 * patience_, first_pause, longest_pause);
  retry_ = now + patience_;
  if (!why.empty() && !std::exchange(complained_, true))
    complaint_ = why;
}

remote_report execute_tasks(const remote_job& job,
                            const std::function<remote_outcome(const remote_write&)>& storage) {
  remote_report report;
  std::size_t bytes = 0;
  for (const auto& task : job.tasks) {
    if (bytes > report_bytes)
      break;
    remote_plan plan;
    remote_outcome outcome{remote_status::superseded};
    if (read_operation(task.operation, task.events, plan) == command_status::ok)
      outcome = storage({job.owner, task.index, job.reported, remote_limit::operation_bytes,
                         std::move(plan.steps)});
    if (outcome.status >= remote_status::unavailable) {
      report.problem = outcome.problem.substr(0, remote_limit::problem_bytes);
      if (report.problem.empty())
        report.problem = "it does not say why";
      break;
    }
    report.results.push_back({task.index, outcome.status, encode(outcome.touches)});
    bytes += report.results.back().touches.size();
  }
  return report;
}

} // namespace hamok
