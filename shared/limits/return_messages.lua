-- Put one message back into each of these buckets: its request turned out to be a replay.
-- KEYS and ARGV: as for taking.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
for i = 1, #KEYS do
    local full_at = tonumber(redis.call('GET', KEYS[i]) or 0) - 60000000 / ARGV[2 * i - 1]
    if full_at > now then
        redis.call('SET', KEYS[i], string.format('%.0f', full_at), 'PX', math.ceil((full_at - now) / 1000))
    else
        redis.call('DEL', KEYS[i])
    end
end
