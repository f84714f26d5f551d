#include "hamok/collections/client_calls.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace hamok {

namespace {

errc failure_of(const applied_entry& entry) noexcept {
  switch (entry.status) {
  case command_status::ok:
    return errc::none;
  case command_status::too_large:
    return errc::too_large;
  case command_status::skipped:
    return errc::outcome_unknown;
  case command_status::bad_command:
    break;
  }
  return errc::bad_command;
}

} // namespace

client_calls::client_calls(proposer_config config, token_source& tokens)
    : config_(std::move(config)),
      tokens_(tokens) {
  limit_batches(config_.max_batch_entries, config_.max_batch_bytes);
}

void client_calls::limit_batches(std::size_t entries, std::size_t bytes) noexcept {
  config_.max_batch_entries = std::max<std::size_t>(entries, 2);
  config_.max_batch_bytes = std::max<std::size_t>(bytes, 1);
}

errc client_calls::submit(std::uint64_t ticket, const execute_in_session& request,
                          raft::timestamp deadline, raft::timestamp now) {
  if (request.command.size() > session_limits{}.max_command_bytes)
    return errc::too_large;
  if (request.sequence == 0 || request.sequence == std::numeric_limits<std::uint64_t>::max()
      || request.first_outstanding == 0 || request.first_outstanding > request.sequence)
    return errc::bad_command;
  if (calls_.size() >= config_.max_outstanding
      || (!calls_.empty() && bytes_ + request.command.size() > config_.max_outstanding_bytes))
    return errc::overloaded;
  const key id{request.session, request.sequence};
  const auto [i, is_new] = calls_.try_emplace(id);
  auto& entry = i->second;
  entry.tickets.push_back(ticket);
  entry.deadline = is_new ? deadline : std::max(entry.deadline, deadline);
  entry.first_outstanding = std::max(entry.first_outstanding, request.first_outstanding);
  if (!is_new)
    return errc::none;
  entry.command = request.command;
  entry.opened_after = request.opened_after;
  entry.submitted = now;
  entry.due = now;
  entry.resend = config_.resend_after;
  entry.retry = config_.min_retry;
  bytes_ += entry.command.size();
  fresh_.push_back(id);
  next_look_ = std::min(next_look_, deadline);
  return errc::none;
}

// -- what comes back ------------------------------------------------------------------------------

void client_calls::leader_changed(const std::optional<raft::member_id>& leader, raft::term_t term,
                                  raft::timestamp now) {
  if (leader_.update(leader, term, now))
    send_all_again(now);
}

void client_calls::send_all_again(raft::timestamp now) {
  for (auto& [id, entry] : calls_) {
    entry.due = now;
    entry.retry = config_.min_retry;
    entry.resend = config_.resend_after;
  }
  if (!calls_.empty())
    next_look_ = now;
}

void client_calls::installed(raft::timestamp now) {
  for (auto& [id, entry] : calls_)
    entry.unseen = entry.unseen || !entry.in_doubt.empty();
  send_all_again(now);
}

void client_calls::refused(std::uint64_t token, raft::timestamp now) {
  const auto batch = sent_.find(token);
  if (batch == sent_.end())
    return;
  for (const auto& id : batch->second.keys) {
    const auto i = calls_.find(id);
    if (i == calls_.end())
      continue;
    auto& entry = i->second;
    const auto newest = !entry.in_doubt.empty() && entry.in_doubt.back() == token;
    std::erase(entry.in_doubt, token);
    entry.unseen = entry.unseen && !entry.in_doubt.empty();
    if (!newest)
      continue;
    entry.due = now + entry.retry;
    entry.retry = std::min(entry.retry * 2, config_.max_retry);
    next_look_ = std::min(next_look_, entry.due);
  }
  sent_.erase(batch);
}

void client_calls::applied(const applied_entry& entry, raft::timestamp now, proposer_output& out) {
  if (calls_.empty() || entry.sequence == 0)
    return;
  const auto i = calls_.find({entry.session, entry.sequence});
  if (i == calls_.end())
    return;
  switch (entry.what) {
  case verdict::applied:
  case verdict::duplicate:
    answer(i, failure_of(entry), entry.result, out);
    break;
  case verdict::stale: // the client itself has given it up
    answer(i, errc::outcome_unknown, {}, out);
    break;
  case verdict::session_expired: // an open came with every copy, so the session is really gone
    // Before that, it may have been applied inside a snapshot.
    answer(i, i->second.unseen ? errc::outcome_unknown : errc::session_expired, {}, out);
    break;
  case verdict::gap: // lower ones may be on their way through other members
    if (entry.attempt == i->second.attempt) {
      i->second.due = now + i->second.retry;
      i->second.retry = std::min(i->second.retry * 2, config_.max_retry);
      next_look_ = std::min(next_look_, i->second.due);
    }
    break;
  default:
    break;
  }
}

void client_calls::answer(call_map::iterator which, errc failure, const blob& result,
                          proposer_output& out) {
  for (const auto ticket : which->second.tickets)
    out.answers.push_back({ticket, failure, result});
  for (const auto token : which->second.in_doubt) {
    const auto batch = sent_.find(token);
    if (batch != sent_.end() && --batch->second.unanswered == 0)
      sent_.erase(batch);
  }
  bytes_ -= which->second.command.size();
  calls_.erase(which);
}

void client_calls::give_up(errc reason, proposer_output& out) {
  for (auto i = calls_.begin(); i != calls_.end();) {
    const auto which = i++;
    if (which->second.in_doubt.empty())
      answer(which, reason, {}, out);
  }
}

void client_calls::fail_all(errc reason, proposer_output& out) {
  while (!calls_.empty()) {
    const auto first = calls_.begin();
    answer(first, first->second.in_doubt.empty() ? reason : errc::outcome_unknown, {}, out);
  }
  fresh_.clear();
  next_look_ = never;
}

// -- sending --------------------------------------------------------------------------------------

/// Collects commands into batches that are within the limits.
struct client_calls::packer {
  client_calls& owner;
  raft::timestamp now;
  proposer_output& out;
  proposer_batch batch{};
  std::vector<key> keys{};
  std::set<session_id> opened{};
  std::size_t bytes = 0;

  void finish() {
    if (batch.commands.empty())
      return;
    const auto count = keys.size();
    owner.sent_.emplace(batch.token, sent_batch{std::move(keys), count});
    out.batches.push_back(std::move(batch));
    batch = {};
    keys = {};
    opened.clear();
    bytes = 0;
  }

  void add(call_map::iterator which, bool open, const operation_envelope& part) {
    const auto size = part.command.size();
    if (bytes + size > owner.config_.max_batch_bytes
        || batch.commands.size() + 1 >= owner.config_.max_batch_entries)
      finish();
    if (batch.commands.empty())
      batch.token = owner.tokens_.take();
    if (open && opened.insert(part.session).second)
      batch.commands.push_back(encode(open_envelope{
          part.collection, part.session, owner.config_.session_ttl, which->second.opened_after}));
    batch.commands.push_back(encode(part));
    bytes += size;
    if (keys.empty() || keys.back() != which->first) {
      keys.push_back(which->first);
      which->second.in_doubt.push_back(batch.token);
    }
  }
};

void client_calls::pack(call_map::iterator which, const session_state& known, packer& batches) {
  auto& entry = which->second;
  ++entry.attempt;
  operation_envelope part;
  part.collection = number_;
  part.session = which->first.first;
  part.sequence = which->first.second;
  part.first_outstanding = entry.first_outstanding;
  part.attempt = entry.attempt;
  const auto open = !known.contains(part.session);
  do {
    const auto count =
        std::min<std::size_t>(entry.command.size() - part.offset, config_.max_batch_bytes);
    part.more = part.offset + count < entry.command.size();
    part.command = entry.command.slice(part.offset, count);
    batches.add(which, open, part);
    part.offset += count;
  } while (part.more);
  entry.due = batches.now + entry.resend;
  entry.resend = std::min(entry.resend * 2, config_.max_resend_after);
  next_look_ = std::min({next_look_, entry.due, entry.deadline});
}

void client_calls::flush(raft::timestamp now, const session_state& known, proposer_output& out) {
  if (number_ == 0 || leader_.leaderless() || fresh_.empty())
    return;
  packer batches{*this, now, out};
  for (const auto& id : fresh_)
    if (const auto i = calls_.find(id); i != calls_.end() && i->second.attempt == 0)
      pack(i, known, batches);
  batches.finish();
  fresh_.clear();
}

void client_calls::tick(raft::timestamp now, const session_state& known, proposer_output& out) {
  flush(now, known, out);
  if (now < next_look_)
    return;
  expire(now, out);
  next_look_ = never;
  packer batches{*this, now, out};
  const auto may_send = number_ != 0 && !leader_.leaderless();
  for (auto i = calls_.begin(); i != calls_.end(); ++i) {
    if (may_send && i->second.due <= now)
      pack(i, known, batches);
    else
      next_look_ =
          std::min({next_look_, i->second.deadline, may_send ? i->second.due : i->second.deadline});
  }
  batches.finish();
}

void client_calls::expire(raft::timestamp now, proposer_output& out) {
  for (auto i = calls_.begin(); i != calls_.end();) {
    const auto which = i++;
    const auto& entry = which->second;
    if (entry.deadline > now)
      continue;
    auto failure = errc::request_timeout;
    if (!entry.in_doubt.empty())
      failure = errc::outcome_unknown;
    else if (entry.attempt == 0 && leader_.leaderless_since(entry.submitted))
      failure = errc::no_leader;
    answer(which, failure, {}, out);
  }
}

raft::timestamp client_calls::deadline() const noexcept {
  return next_look_;
}

} // namespace hamok
