#pragma once

// The scripts that a remote map runs in Redis, each in one step.

#include <string>

namespace hamok::redis {

/// A write. Keys: fence (owner, index, reported), entries, names (the keys of the entries, in
/// order), outcomes. Arguments: owner, index, reported, largest answer; then verb, key, value and
/// expected value of each step. Gives the outcome: a letter (see `read_outcome`) and, for each
/// step, flags (1: changed, 2: an old value follows, 4: a count follows) and what follows, behind
/// its length.
///
/// A fence without owner belongs to whoever comes first: the storage is new, or has lost all.
inline const std::string write_script = R"lua(
local owner, index, reported = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local fence = redis.call('HMGET', KEYS[1], 'owner', 'index', 'reported')
if fence[1] ~= owner then
  if fence[1] and reported ~= 0 then return 'T' end
  redis.call('DEL', KEYS[4])
  redis.call('HSET', KEYS[1], 'owner', owner, 'reported', '0')
  fence = {owner, '0', '0'}
end
if index <= tonumber(fence[2]) then
  return redis.call('HGET', KEYS[4], ARGV[2]) or 'S'
end
if reported > tonumber(fence[3]) then
  for _, kept in ipairs(redis.call('HKEYS', KEYS[4])) do
    if tonumber(kept) <= reported then redis.call('HDEL', KEYS[4], kept) end
  end
  redis.call('HSET', KEYS[1], 'reported', ARGV[3])
end

local tells_old = {['1'] = true, ['2'] = true, ['4'] = true}
local gives_value = {['1'] = true, ['2'] = true, ['3'] = true}
local bytes = 0
for i = 5, #ARGV, 4 do
  if tells_old[ARGV[i]] then
    bytes = bytes + redis.call('HSTRLEN', KEYS[2], ARGV[i + 1])
  end
end

local function sized(text) return struct.pack('>I4', #text) .. text end
local outcome
if bytes > tonumber(ARGV[4]) then
  outcome = 'L'
else
  local parts = {'D'}
  for i = 5, #ARGV, 4 do
    local verb, key, value, expected = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
    if verb == '7' then
      local count = redis.call('HLEN', KEYS[2])
      redis.call('DEL', KEYS[2], KEYS[3])
      parts[#parts + 1] = string.char(5) .. sized(string.format('%.0f', count))
    else
      local old = redis.call('HGET', KEYS[2], key)
      local hit = old and true or false
      if verb == '1' then hit = true
      elseif verb == '2' then hit = not old
      elseif verb == '3' or verb == '5' then hit = old == expected end
      if hit and gives_value[verb] then
        redis.call('HSET', KEYS[2], key, value)
        if not old then redis.call('ZADD', KEYS[3], '0', key) end
      elseif hit then
        redis.call('HDEL', KEYS[2], key)
        redis.call('ZREM', KEYS[3], key)
      end
      local flags = hit and 1 or 0
      if old and tells_old[verb] then
        parts[#parts + 1] = string.char(flags + 2) .. sized(old)
      else
        parts[#parts + 1] = string.char(flags)
      end
    end
  end
  outcome = table.concat(parts)
end
redis.call('HSET', KEYS[1], 'index', ARGV[2])
redis.call('HSET', KEYS[4], ARGV[2], outcome)
return outcome
)lua";

/// A page of entries. Keys: entries, names. Arguments: where it begins, as ZRANGEBYLEX wants it;
/// how many entries and bytes it has at the most. Gives keys and values in turn.
inline const std::string scan_script = R"lua(
local names = redis.call('ZRANGEBYLEX', KEYS[2], ARGV[1], '+', 'LIMIT', '0', ARGV[2])
local page, bytes = {}, 0
for _, name in ipairs(names) do
  local value = redis.call('HGET', KEYS[1], name)
  if value then
    bytes = bytes + #name + #value
    if #page > 0 and bytes > tonumber(ARGV[3]) then break end
    page[#page + 1] = name
    page[#page + 1] = value
  end
end
return page
)lua";

} // namespace hamok::redis
