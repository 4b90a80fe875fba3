-- Give permits of one key back and learn from how the calls ended: additive increase, multiplicative decrease.
-- KEYS: what is known of the key's limit (hash), its permits (sorted set: id by expiry in ms).
-- ARGV: how long a limit is remembered (ms), the limit above which it is forgotten, then for each permit
-- its id, 'answered' | 'limited' | 'other', and the pause that the provider asked for (ms).
-- Returns {ms left of a pause, room (-1: no limit known)}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', KEYS[1], 'limit', 'paused_until', 'failed_at')
local limit, paused_until, failed_at = tonumber(known[1]), tonumber(known[2]) or 0, tonumber(known[3]) or 0
local has_changed = false
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
local in_flight = redis.call('ZCARD', KEYS[2])
for i = 3, #ARGV, 3 do
    local was_held = redis.call('ZREM', KEYS[2], ARGV[i])
    local with_this = in_flight + 1 - was_held
    if ARGV[i + 1] == 'limited' then
        -- by what is in flight, not by the limit: the last refusal of a burst sees what the provider bore
        limit, failed_at, has_changed = math.max(1, math.floor(with_this / 2)), with_this, true
    elseif ARGV[i + 1] == 'answered' and limit and with_this * 2 >= limit then
        -- a tenth as fast beside the number that failed last, so that the limit is used and seldom passed
        local step = math.abs(limit - failed_at) <= 1 and 0.1 or 1
        limit, has_changed = limit + step / limit, true
    end
    local pause = tonumber(ARGV[i + 2])
    if pause > 0 then
        paused_until, has_changed = math.max(paused_until, now + pause), true
    end
    in_flight = in_flight - was_held
end
if limit and limit > tonumber(ARGV[2]) then
    redis.call('HDEL', KEYS[1], 'limit', 'failed_at')
    limit, failed_at = nil, 0
end
if has_changed then
    if limit then
        redis.call('HSET', KEYS[1], 'limit', limit, 'failed_at', failed_at)
    end
    if paused_until > now then
        redis.call('HSET', KEYS[1], 'paused_until', string.format('%.0f', paused_until))
    end
    redis.call('PEXPIRE', KEYS[1], math.max(tonumber(ARGV[1]), paused_until - now))
end
local room = -1
if limit then
    room = math.max(0, math.floor(limit) - in_flight)
end
return {math.max(0, math.floor(paused_until - now)), room}
