-- Adds failed attempts of a client, and says once when all processes together have counted too many.
--
-- KEYS[1]  A hash with the attempts by tenths of the window, and the field "reported" if they were reported. It expires after a
--          window without attempts.
-- ARGV     The number of attempts to add, the window in seconds, and the number that is too many.
-- Reply    The number of attempts within the window if it is too many for the first time, or 0.

local SLOTS = 10

local time = redis.call('TIME')
local slot = math.floor((tonumber(time[1]) + tonumber(time[2]) / 1e6) * SLOTS / tonumber(ARGV[2]))

-- Another value under the key is not ours.
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then
  redis.call('DEL', KEYS[1])
end

redis.call('HINCRBY', KEYS[1], slot, ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])

local attempts = 0
local stored = redis.call('HGETALL', KEYS[1])
for i = 1, #stored, 2 do
  local at = tonumber(stored[i])
  if at and at > slot - SLOTS and at <= slot then
    attempts = attempts + (tonumber(stored[i + 1]) or 0)
  elseif at then
    redis.call('HDEL', KEYS[1], stored[i])
  end
end

if attempts >= tonumber(ARGV[3]) and redis.call('HSETNX', KEYS[1], 'reported', 1) == 1 then
  return attempts
end
return 0
