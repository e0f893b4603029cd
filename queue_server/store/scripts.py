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

# KEYS: log, turn, days. ARGV: base seq, base hash, own turn, most entries to bring, business date or "",
# then body and hash of each entry. Landing gives the turn back, or the others would wait for its end.
APPEND = _script("""#!lua
local log, base, hash = KEYS[1], ARGV[1], ARGV[2]
local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1] or {'0-0', {'b', '', 'h', ''}}
local last_hash = last[2][4] or ''

if last[1] == base .. '-0' and last_hash == hash then
  local holder = #ARGV > 5 and redis.call('GET', KEYS[2])
  if holder and holder ~= ARGV[3] then return {2} end
  local n = tonumber(base)
  for i = 6, #ARGV, 2 do
    n = n + 1
    redis.call('XADD', log, string.format('%.0f-0', n), 'b', ARGV[i], 'h', ARGV[i + 1])
  end
  if base == '0' and #ARGV > 5 and ARGV[5] ~= '' then redis.call('SADD', KEYS[3], ARGV[5]) end
  if holder then redis.call('DEL', KEYS[2]) end
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
