-- Take one message from each of a request's buckets, or from none of them when one is empty.
-- KEYS: the buckets; each holds the instant at which it is full again (µs), and is forgotten then.
-- ARGV: two a bucket: messages a minute, and how many it holds.
-- Returns {which bucket is the emptiest of the empty (0: none), ms until it has a message}, then two a bucket: whole
-- messages left, and ms until it is full.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local full_at = redis.call('MGET', unpack(KEYS))
local refused, longest, intervals, gone = 0, 0, {}, {}
for i = 1, #KEYS do
    local burst = tonumber(ARGV[2 * i])
    intervals[i] = 60000000 / ARGV[2 * i - 1]
    gone[i] = math.min(burst, math.max(0, ((full_at[i] or 0) - now) / intervals[i]))
    local missing = gone[i] + 1 - burst
    if missing > 0.000001 and missing * intervals[i] > longest then
        refused, longest = i, missing * intervals[i]
    end
end
local reply = {refused, math.ceil(longest / 1000)}
for i = 1, #KEYS do
    if refused == 0 then
        gone[i] = gone[i] + 1
        local us = gone[i] * intervals[i]
        redis.call('SET', KEYS[i], string.format('%.0f', now + us), 'PX', math.ceil(us / 1000))
    end
    reply[#reply + 1] = math.max(0, math.floor(ARGV[2 * i] - gone[i] + 0.000001))
    reply[#reply + 1] = math.ceil(gone[i] * intervals[i] / 1000)
end
return reply
