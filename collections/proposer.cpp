#include "hamok/collections/proposer.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

/// More batches than this in doubt: the oldest are forgotten, so their operations stay in doubt.
constexpr std::size_t max_sent_batches = 4096;

/// What a failed command is, for its caller.
errc failure_of(command_status status) noexcept {
  switch (status) {
  case command_status::ok:
    return errc::none;
  case command_status::too_large:
    return errc::too_large;
  default:
    return errc::bad_command;
  }
}

} // namespace

bool leader_watch::update(const std::optional<raft::member_id>& leader, raft::term_t term,
                          raft::timestamp now) {
  if (told_ && leader == leader_ && term == term_)
    return false;
  if (leader_ || leader)
    last_led_ = now;
  told_ = true;
  leader_ = leader;
  term_ = term;
  return leader.has_value();
}

proposer::proposer(proposer_config config, token_source& tokens)
    : config_(std::move(config)),
      tokens_(tokens),
      retry_(config_.min_retry),
      resend_(config_.resend_after) {
  limit_batches(config_.max_batch_entries, config_.max_batch_bytes);
}

void proposer::limit_batches(std::size_t entries, std::size_t bytes) noexcept {
  config_.max_batch_entries = std::max<std::size_t>(entries, 1);
  config_.max_batch_bytes = std::max<std::size_t>(bytes, 1);
}

errc proposer::submit(std::uint64_t ticket, blob command, raft::timestamp deadline,
                      raft::timestamp now, raft::duration grace, bool content) {
  if (command.size() > session_limits{}.max_command_bytes)
    return errc::too_large;
  if (queue_.size() >= config_.max_outstanding
      || (!queue_.empty() && bytes_ + command.size() > config_.max_outstanding_bytes))
    return errc::overloaded;
  bytes_ += command.size();
  earliest_deadline_ = std::min(earliest_deadline_, deadline);
  last_used_ = now;
  queue_.push_back({ticket, std::move(command), now, deadline, grace});
  queue_.back().content = content;
  return errc::none;
}

// -- what comes back ------------------------------------------------------------------------------

void proposer::leader_changed(const std::optional<raft::member_id>& leader, raft::term_t term,
                              raft::timestamp now) {
  if (!leader_.update(leader, term, now))
    return;
  // What the old leader had may be lost; what is not lost is dropped as a duplicate.
  rewind(first_);
  hold_until_ = raft::timestamp::min();
  retry_ = config_.min_retry;
  progress(now);
}

void proposer::installed(raft::index_t index, raft::timestamp now) {
  applied_index_ = std::max(applied_index_, index);
  for (auto& which : queue_)
    which.unseen = which.unseen || which.in_doubt != 0;
  rewind(first_);
  hold_until_ = raft::timestamp::min();
  progress(now);
}

void proposer::refused(std::uint64_t token, raft::timestamp now) {
  const auto found = std::lower_bound(
      sent_.begin(), sent_.end(), token,
      [](const sent_batch& batch, std::uint64_t wanted) { return batch.token < wanted; });
  if (found == sent_.end() || found->token != token)
    return;
  const auto batch = *found;
  sent_.erase(found);
  auto again = cursor_;
  for (auto i = std::max(batch.first, first_); i <= batch.last && i < end(); ++i) {
    auto& which = at(i);
    if (--which.in_doubt == 0)
      which.unseen = false;
    if (which.last_attempt == batch.attempt) // nothing newer is on its way
      again = std::min(again, i);
  }
  if (again < cursor_)
    rewind(again);
  hold_back(now);
}

void proposer::applied(const applied_entry& entry, raft::index_t index, raft::timestamp now,
                       proposer_output& out) {
  applied_index_ = std::max(applied_index_, index);
  if (!session_ || entry.session != *session_)
    return;
  switch (entry.what) {
  case verdict::applied:
  case verdict::duplicate:
    resolve(entry, now, out);
    break;
  case verdict::opened:
    confirmed_ = true;
    progress(now);
    break;
  case verdict::gap:
    if (entry.attempt == attempt_)
      rewind(std::max(entry.expected, first_));
    break;
  case verdict::session_expired:
    if (confirmed_ || entry.sequence == 0)
      restart_session(out);
    else if (entry.attempt == attempt_)
      rewind(first_); // the open was lost, not the session: it is still to come
    break;
  case verdict::too_many_sessions:
    rewind(first_);
    hold_back(now);
    break;
  default:
    progress(now);
  }
}

void proposer::resolve(const applied_entry& entry, raft::timestamp now, proposer_output& out) {
  progress(now);
  if (entry.sequence < first_ || entry.sequence >= end())
    return;
  auto& which = at(entry.sequence);
  if (!which.abandoned) {
    out.answers.push_back({which.ticket, failure_of(entry.status), entry.result});
    release(which);
  }
  pop_finished();
}

/// The session is gone. This member applies the log in order, so what is unresolved now was not
/// applied in that session; and it never will be, because an ended session is never opened again.
/// So all of it may safely be sent in a new session: all but what may have been applied inside a
/// snapshot, of which nobody can tell any more.
void proposer::restart_session(proposer_output& out) {
  for (auto& which : queue_) {
    if (which.abandoned || !which.unseen)
      continue;
    out.answers.push_back({which.ticket, errc::outcome_unknown, {}});
    release(which);
  }
  erase_if(queue_, [](const pending& which) { return which.abandoned; });
  for (auto& which : queue_)
    which.in_doubt = 0;
  sent_.clear();
  session_.reset();
  confirmed_ = false;
  first_ = 1;
  cursor_ = 1;
  rewind(1);
}

// -- the queue ------------------------------------------------------------------------------------

void proposer::rewind(std::uint64_t sequence) {
  cursor_ = std::max(first_, std::min(cursor_, sequence));
  part_offset_ = 0;
  open_sent_ = false;
  ++attempt_;
}

void proposer::hold_back(raft::timestamp now) {
  hold_until_ = now + retry_;
  retry_ = std::min(retry_ * 2, config_.max_retry);
}

void proposer::progress(raft::timestamp now) {
  last_progress_ = now;
  resend_ = config_.resend_after;
  retry_ = config_.min_retry;
}

void proposer::release(pending& which) {
  bytes_ -= which.command.size();
  which.command = {};
  which.abandoned = true;
}

void proposer::pop_finished() {
  while (!queue_.empty() && queue_.front().abandoned) {
    queue_.pop_front();
    ++first_;
  }
  if (cursor_ < first_) {
    cursor_ = first_;
    part_offset_ = 0;
  }
  while (!sent_.empty() && sent_.front().last < first_)
    sent_.pop_front();
  if (queue_.empty())
    earliest_deadline_ = never;
}

/// Takes out abandoned operations behind the last one that is in doubt.
void proposer::take_out_unsent() {
  const auto last = std::find_if(queue_.rbegin(), queue_.rend(),
                                 [](const pending& which) { return which.in_doubt != 0; });
  queue_.erase(std::remove_if(last.base(), queue_.end(),
                              [](const pending& which) { return which.abandoned; }),
               queue_.end());
  if (cursor_ > end())
    cursor_ = end();
}

errc proposer::verdict_of(const pending& which) const {
  if (which.in_doubt != 0)
    return errc::outcome_unknown;
  if (which.last_attempt == 0 && leader_.leaderless_since(which.submitted))
    return errc::no_leader;
  return errc::request_timeout;
}

void proposer::expire(raft::timestamp now, proposer_output& out) {
  if (now < earliest_deadline_)
    return;
  earliest_deadline_ = never;
  for (auto& which : queue_) {
    if (which.abandoned)
      continue;
    if (which.deadline <= now && which.in_doubt != 0)
      which.deadline += std::exchange(which.grace, raft::duration{0});
    if (which.deadline > now) {
      earliest_deadline_ = std::min(earliest_deadline_, which.deadline);
      continue;
    }
    out.answers.push_back({which.ticket, verdict_of(which), {}});
    release(which);
  }
  take_out_unsent();
  pop_finished();
}

void proposer::give_up(errc reason, proposer_output& out) {
  for (auto& which : queue_) {
    if (which.abandoned || which.in_doubt != 0)
      continue;
    out.answers.push_back({which.ticket, reason, {}});
    release(which);
  }
  take_out_unsent();
  pop_finished();
}

void proposer::fail_all(errc reason, raft::timestamp now, proposer_output& out) {
  for (auto& which : queue_) {
    if (which.abandoned)
      continue;
    const auto failure = which.in_doubt != 0 ? errc::outcome_unknown : reason;
    out.answers.push_back({which.ticket, failure, {}});
    release(which);
  }
  pop_finished();
  close_session(now, out);
}

// -- sending --------------------------------------------------------------------------------------

bool proposer::wants_flush(raft::timestamp now) const noexcept {
  return number_ != 0 && !leader_.leaderless() && now >= hold_until_ && cursor_ < end();
}

void proposer::flush(raft::timestamp now, proposer_output& out) {
  if (!wants_flush(now))
    return;
  if (!session_) {
    session_ = config_.make_session();
    opened_after_ = applied_index_;
    confirmed_ = false;
    open_sent_ = false;
  }
  if (!in_flight())
    last_progress_ = now; // the silence begins now
  while (cursor_ < end())
    send_batch(now, out);
}

blob proposer::encode_part(const pending& which, std::size_t offset, std::size_t count) const {
  operation_envelope envelope;
  envelope.collection = number_;
  envelope.session = *session_;
  envelope.sequence = cursor_;
  envelope.first_outstanding = first_;
  envelope.attempt = attempt_;
  envelope.offset = offset;
  envelope.more = offset + count < which.command.size();
  envelope.skip = which.abandoned;
  envelope.content = which.content;
  envelope.command = which.command.slice(offset, count);
  return hamok::encode(envelope);
}

void proposer::send_batch(raft::timestamp now, proposer_output& out) {
  proposer_batch batch;
  batch.token = tokens_.take();
  batch.commands.reserve(std::min<std::size_t>(config_.max_batch_entries, end() - cursor_ + 1));
  if (!confirmed_ && !open_sent_) {
    auto open = encode(open_envelope{number_, *session_, config_.session_ttl, opened_after_});
    open_sent_ = true;
    if (config_.max_batch_entries == 1)
      propose_alone(std::move(open), now, out);
    else
      batch.commands.push_back(std::move(open));
  }
  sent_batch record{batch.token, attempt_, cursor_, cursor_};
  std::size_t bytes = 0;
  while (cursor_ < end() && batch.commands.size() < config_.max_batch_entries
         && bytes < config_.max_batch_bytes) {
    auto& which = at(cursor_);
    const auto left = which.command.size() - part_offset_;
    // Whole if it fits into an empty batch: only what never fits is cut.
    if (left <= config_.max_batch_bytes && bytes != 0 && bytes + left > config_.max_batch_bytes)
      break;
    const auto count = std::min(left, config_.max_batch_bytes - bytes);
    batch.commands.push_back(encode_part(which, part_offset_, count));
    ++which.in_doubt;
    which.last_attempt = attempt_;
    record.last = cursor_;
    bytes += count;
    part_offset_ += count;
    if (part_offset_ < which.command.size())
      break;
    part_offset_ = 0;
    ++cursor_;
  }
  sent_.push_back(record);
  if (sent_.size() > max_sent_batches)
    sent_.pop_front();
  last_sent_ = now;
  out.batches.push_back(std::move(batch));
}

void proposer::propose_alone(blob command, raft::timestamp now, proposer_output& out) {
  proposer_batch batch;
  batch.token = tokens_.take();
  batch.commands.push_back(std::move(command));
  last_sent_ = now;
  out.batches.push_back(std::move(batch));
}

// -- time -----------------------------------------------------------------------------------------

void proposer::tick(raft::timestamp now, proposer_output& out) {
  expire(now, out);
  if (!leader_.leaderless() && in_flight() && now - last_progress_ >= resend_) {
    rewind(first_);
    last_progress_ = now;
    resend_ = std::min(resend_ * 2, config_.max_resend_after);
  }
  flush(now, out);
  maintain_session(now, out);
}

/// Keeps the session alive while it is used, and closes it when it is not.
void proposer::maintain_session(raft::timestamp now, proposer_output& out) {
  if (!confirmed_ || leader_.leaderless() || now - last_sent_ < config_.session_ttl / 3)
    return;
  if (queue_.empty() && now - last_used_ >= config_.session_idle) {
    close_session(now, out);
    return;
  }
  propose_alone(encode(keep_alive_envelope{number_, *session_, first_}), now, out);
}

/// Nothing may be outstanding. A close that is lost is made up for by the session's expiry.
void proposer::close_session(raft::timestamp now, proposer_output& out) {
  if (session_ && number_ != 0)
    propose_alone(encode(close_envelope{number_, *session_}), now, out);
  sent_.clear();
  session_.reset();
  confirmed_ = false;
  first_ = 1;
  cursor_ = 1;
  part_offset_ = 0;
}

raft::timestamp proposer::deadline() const noexcept {
  auto result = earliest_deadline_;
  if (leader_.leaderless())
    return result;
  if (number_ != 0 && cursor_ < end())
    result = std::min(result, hold_until_);
  if (in_flight())
    result = std::min(result, last_progress_ + resend_);
  if (confirmed_)
    result = std::min(result, last_sent_ + config_.session_ttl / 3);
  return result;
}

} // namespace hamok
