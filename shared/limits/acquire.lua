-- Take permits for calls of one key: as many as there is room for, the first asked first.
-- KEYS: what is known of the key's limit (hash), its permits (sorted set: id by expiry in ms).
-- ARGV: a permit's life in ms, then the ids that ask; none where somebody only looks.
-- Returns {permits given, ms left of a pause, room left (-1: no limit known)}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', KEYS[1], 'limit', 'paused_until')
local pause = (tonumber(known[2]) or 0) - now
if pause > 0 then
    return {0, pause, 0}
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
local given, room = #ARGV - 1, -1
if known[1] then
    room = math.max(0, math.floor(tonumber(known[1])) - redis.call('ZCARD', KEYS[2]))
    given = math.min(given, room)
    room = room - given
end
if given > 0 then
    local permits = {}
    for i = 2, given + 1 do
        permits[#permits + 1] = now + ARGV[1]
        permits[#permits + 1] = ARGV[i]
    end
    redis.call('ZADD', KEYS[2], unpack(permits))
    redis.call('PEXPIRE', KEYS[2], ARGV[1])
end
return {given, 0, room}
