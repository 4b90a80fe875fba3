-- Keep the permits of calls that are still under way; after a wipe this is how Redis learns of them again.
-- KEYS: the key's permits. ARGV: a permit's life in ms, then the ids.
local time = redis.call('TIME')
local expires_at = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
local permits = {}
for i = 2, #ARGV do
    permits[#permits + 1] = expires_at
    permits[#permits + 1] = ARGV[i]
end
redis.call('ZADD', KEYS[1], unpack(permits))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 0
