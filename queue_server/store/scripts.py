"""The few lines that run inside the store. None knows a rule: they compare, append and expire.

Their first line makes the store refuse a whole script when it could not take a write (a replica, out of
memory, too few replicas), before anything is written. That holds for the empty append too: a store
that may have been passed over must not confirm a tail.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple


class Script(NamedTuple):
    """A script and the name under which the store remembers it."""

    text: str
    sha: str


def _script(text: str) -> Script:
    # The name is the store's own choice of hash, not a protection.
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


LOST, LANDED, NOT_YOUR_TURN, FORKED = range(4)

# KEYS: log, turn, days, bell. ARGV: base seq, base hash, own turn, most entries to bring, business date or
# "", then body and hash of each entry. Landing gives the turn back, or the others would wait for its end; so
# does confirming the tail, for who took the turn may have had nothing but refusals to answer. The bell is
# rung by pcall: a store that forbids it must not make a refusal of what has been written.
APPEND = _script("""#!lua
local log, base, hash = KEYS[1], ARGV[1], ARGV[2]
local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1] or {'0-0', {'b', '', 'h', ''}}
local last_hash = last[2][4] or ''

if last[1] == base .. '-0' and last_hash == hash then
  local holder = redis.call('GET', KEYS[2])
  if #ARGV > 5 and holder and holder ~= ARGV[3] then return {2} end
  local n = tonumber(base)
  for i = 6, #ARGV, 2 do
    n = n + 1
    redis.call('XADD', log, string.format('%.0f-0', n), 'b', ARGV[i], 'h', ARGV[i + 1])
  end
  if base == '0' and #ARGV > 5 and ARGV[5] ~= '' then redis.call('SADD', KEYS[3], ARGV[5]) end
  if holder == ARGV[3] then redis.call('DEL', KEYS[2]) end
  if #ARGV > 5 then redis.pcall('SPUBLISH', KEYS[4], log .. ' ' .. string.format('%.0f', n)) end
  return {1}
end

if base ~= '0' or hash ~= '' then
  local at = redis.call('XRANGE', log, base .. '-0', base .. '-0')[1]
  if not at or at[2][4] ~= hash then return {3, last[1], last_hash} end
end
return {0, redis.call('XRANGE', log, '(' .. base .. '-0', '+', 'COUNT', ARGV[4])}
""")

# KEYS: lease, fence. ARGV: holder, milliseconds. Gives the fence, or 0 while another holds the lease.
ACQUIRE = _script("""#!lua
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local fence = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], ARGV[1] .. ':' .. string.format('%.0f', fence), 'PX', ARGV[2])
return fence
""")

# KEYS: lease, fence. ARGV: holder, milliseconds. Gives the fence; whoever held the lease finds it gone.
SEIZE = _script("""#!lua
local fence = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], ARGV[1] .. ':' .. string.format('%.0f', fence), 'PX', ARGV[2])
return fence
""")

# KEYS: shelf. ARGV: which, what lies there ("" for nothing), what shall ("" for nothing), milliseconds.
SWAP = _script("""#!lua
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
return 1
""")

# KEYS: lease. ARGV: who holds it, milliseconds.
RENEW = _script("""#!lua
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
""")

# KEYS: lease. ARGV: who holds it.
RELEASE = _script("""#!lua
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
""")

# KEYS: lease, cursor. ARGV: who holds the lease, how far the follower has come.
ADVANCE = _script("""#!lua
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
return 1
""")

# KEYS: where a log is written before it is put in its place. ARGV: milliseconds for which it is kept,
# "1" to begin anew, then sequence, body and hash of each entry.
STAGE = _script("""#!lua
if ARGV[2] == '1' then redis.call('DEL', KEYS[1]) end
for i = 3, #ARGV, 3 do
  redis.call('XADD', KEYS[1], ARGV[i] .. '-0', 'b', ARGV[i + 1], 'h', ARGV[i + 2])
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
""")

# KEYS: the set of days, the register, then each staged log and its place. ARGV: the business date of each, or
# "". All of a hall is there at once, or nothing: gives 0 when the hall is there, or a staged log is not.
SETTLE = _script("""#!lua
if redis.call('EXISTS', KEYS[1], KEYS[2]) > 0 then return 0 end
for i = 3, #KEYS, 2 do
  if redis.call('EXISTS', KEYS[i]) == 0 or redis.call('EXISTS', KEYS[i + 1]) == 1 then return 0 end
end
for i = 3, #KEYS, 2 do
  redis.call('RENAME', KEYS[i], KEYS[i + 1])
  redis.call('PERSIST', KEYS[i + 1])
  local date = ARGV[(i - 1) / 2]
  if date ~= '' then redis.call('SADD', KEYS[1], date) end
end
return 1
""")

# KEYS: log, the hall's sign of life. Gives what must not change until the log is replaced, and the time.
LOOK = _script("""#!lua
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1] or {'0-0'}
local time = redis.call('TIME')
return {redis.call('XLEN', KEYS[1]), last[1], redis.call('GET', KEYS[2]) or '', time[1]}
""")

# KEYS: log, staged log, where the log goes, the hall's sign of life, the set of days. ARGV: length and last
# id of the log as it was looked at, the sign of life as it was ("" for none), milliseconds to keep the
# log that is replaced, business date or "". Gives 0 when something has changed since.
REPLACE = _script("""#!lua
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1] or {'0-0'}
if redis.call('XLEN', KEYS[1]) ~= tonumber(ARGV[1]) or last[1] ~= ARGV[2]
    or (redis.call('GET', KEYS[4]) or '') ~= ARGV[3] or redis.call('EXISTS', KEYS[2]) == 0 then
  return 0
end
if redis.call('EXISTS', KEYS[1]) == 1 then
  local left = redis.call('PTTL', KEYS[1])
  redis.call('RENAME', KEYS[1], KEYS[3])
  redis.call('PEXPIRE', KEYS[3], ARGV[4])
  redis.call('RENAME', KEYS[2], KEYS[1])
  if left > 0 then redis.call('PEXPIRE', KEYS[1], left) else redis.call('PERSIST', KEYS[1]) end
else
  redis.call('RENAME', KEYS[2], KEYS[1])
  redis.call('PERSIST', KEYS[1])
end
if ARGV[5] ~= '' then redis.call('SADD', KEYS[5], ARGV[5]) end
return 1
""")

# KEYS: counter, wait. ARGV: free attempts, first wait, longest wait, memory (ms). Gives the ms still to wait,
# or 0: then the attempt is counted, before anybody knows how it ends, so that many at once gain nothing.
ATTEMPT = _script("""#!lua
local left = redis.call('PTTL', KEYS[2])
if left > 0 then return left end
local n = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local over = n - tonumber(ARGV[1])
if over >= 0 then
  local wait = math.min(tonumber(ARGV[3]), tonumber(ARGV[2]) * 2 ^ math.min(over, 30))
  redis.call('SET', KEYS[2], '1', 'PX', string.format('%.0f', wait))
end
return 0
""")

# KEYS: level. ARGV: price, most (ms). What is spent drains by itself as the key expires: its time to live is
# all it says, so no clock is read. Gives 0, or by how many ms it comes too early; nothing is spent then.
SPEND = _script("""#!lua
local level = math.max(0, redis.call('PTTL', KEYS[1])) + tonumber(ARGV[1])
if level > tonumber(ARGV[2]) then return level - tonumber(ARGV[2]) end
redis.call('SET', KEYS[1], '1', 'PX', string.format('%.0f', level))
return 0
""")

# KEYS: counter, wait. A success takes its own attempt back.
FORGIVE = _script("""#!lua
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('DECR', KEYS[1]) <= 0 then redis.call('DEL', KEYS[1]) end
redis.call('DEL', KEYS[2])
return 0
""")
