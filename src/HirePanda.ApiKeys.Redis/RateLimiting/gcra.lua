-- Takes the cost from all limits of a key, or from none of them (GCRA, ITU-T I.371).
--
-- KEYS[1]  A hash with the buckets of a family. A field is a limit, "permits/seconds". Its value is "tat:used": the time at
--          which the bucket is full again, and the time when a key with this limit last asked. The field "empty" is the time
--          until which new buckets start without permits, because a bucket with a higher count was dropped.
-- ARGV     The cost, and the limits of the key.
-- Reply    The wait, or 0 if the permits were taken, and the debt of each limit.
--
-- Times are in ticks of 100 ns since 2025, which are exact numbers (below 2^53) until 2053.

local EPOCH = 1735689600
local MAX_OTHERS = 16

local time = redis.call('TIME')
local now = (tonumber(time[1]) - EPOCH) * 1e7 + tonumber(time[2]) * 10
local cost = tonumber(ARGV[1])

local function parse(field)
  local permits, seconds = string.match(field, '^(%d+)/(%d+)$')
  permits, seconds = tonumber(permits), tonumber(seconds)
  if not permits or permits < 1 or permits > 1e6 or seconds < 1 or seconds > 2678400 then
    return nil
  end
  local window = seconds * 1e7
  local interval = math.floor((window + permits - 1) / permits)
  return {
    field = field, permits = permits, window = window, interval = interval,
    capacity = interval * permits, increment = interval * math.min(cost, permits),
  }
end

-- When all buckets are full, a new hash has the same state. A second more allows for rounding.
local function expire(fullAt)
  redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', math.ceil(fullAt / 1e4) + EPOCH * 1000 + 1000))
end

local stored = redis.pcall('HGETALL', KEYS[1])
if stored.err then
  if not string.find(stored.err, 'WRONGTYPE', 1, true) then
    return stored
  end
  -- The value is not ours.
  redis.call('DEL', KEYS[1])
  stored = {}
end

-- Most families have one limit. The result is that of the code below, in less time.
local only = #ARGV == 2 and #stored == 2 and stored[1] == ARGV[2] and string.match(stored[2], '^(%d+):%d+$')
if only then
  local bucket = parse(ARGV[2])
  local tat = math.max(now, math.min(tonumber(only), now + bucket.capacity))
  local wait = math.max(0, tat + bucket.increment - now - bucket.capacity)
  if wait == 0 then
    tat = tat + bucket.increment
  end
  redis.call('HSET', KEYS[1], bucket.field, string.format('%.0f:%.0f', tat, now))
  expire(tat)
  return { wait, tat - now }
end

-- The debt of a bucket that replaces another one: as many permits, or the same fraction if it has fewer.
local function carry(bucket, other)
  local used = math.floor((other.tat - now + other.interval - 1) / other.interval)
  if bucket.permits < other.permits then
    used = math.floor(used * bucket.permits / other.permits)
  end
  return used * bucket.interval
end

local buckets, empty = {}, 0
for i = 1, #stored, 2 do
  local bucket = parse(stored[i])
  local tat, used = string.match(stored[i + 1], '^(%d+):(%d+)$')
  if bucket and tat then
    bucket.tat = math.max(now, math.min(tonumber(tat), now + bucket.capacity))
    bucket.used = tonumber(used)
    buckets[stored[i]] = bucket
  elseif stored[i] == 'empty' and string.match(stored[i + 1], '^%d+$') then
    empty = math.min(tonumber(stored[i + 1]), now + 2678400 * 1e7)
  else
    redis.call('HDEL', KEYS[1], stored[i])
  end
end

local own, isOwn = {}, {}
for i = 2, #ARGV do
  local bucket = buckets[ARGV[i]]
  if not bucket then
    bucket = parse(ARGV[i])
    bucket.tat = now <= empty and now + bucket.capacity or now
    for _, other in pairs(buckets) do
      bucket.tat = math.max(bucket.tat, now + carry(bucket, other))
    end
  end
  bucket.used = now
  own[#own + 1] = bucket
  isOwn[ARGV[i]] = true
end

-- Other limits of the family count every request for as long as their windows reach back to a request of their own.
local others = {}
for field, bucket in pairs(buckets) do
  if not isOwn[field] then
    if now - bucket.used > bucket.window then
      redis.call('HDEL', KEYS[1], field)
    else
      others[#others + 1] = bucket
    end
  end
end
if #others > MAX_OTHERS then
  table.sort(others, function(a, b) return a.window > b.window or a.window == b.window and a.permits > b.permits end)
  while #others > MAX_OTHERS do
    local dropped = table.remove(others)
    empty = math.max(empty, dropped.used + dropped.window)
    redis.call('HDEL', KEYS[1], dropped.field)
  end
  redis.call('HSET', KEYS[1], 'empty', string.format('%.0f', empty))
end

local wait = 0
for _, bucket in ipairs(own) do
  wait = math.max(wait, bucket.tat + bucket.increment - now - bucket.capacity)
end

local fullAt, values = empty, {}
local function save(bucket)
  fullAt = math.max(fullAt, bucket.tat)
  values[#values + 1] = bucket.field
  values[#values + 1] = string.format('%.0f:%.0f', bucket.tat, bucket.used)
end

local reply = { wait }
for _, bucket in ipairs(own) do
  if wait == 0 then
    bucket.tat = bucket.tat + bucket.increment
  end
  reply[#reply + 1] = bucket.tat - now
  save(bucket)
end
for _, bucket in ipairs(others) do
  if wait == 0 then
    bucket.tat = math.max(bucket.tat, math.min(bucket.tat + bucket.increment, now + bucket.capacity))
  end
  save(bucket)
end

redis.call('HSET', KEYS[1], unpack(values))
expire(fullAt)
return reply
