-- Remove messages that were done, many at once: what dramatiq's `ack` does for one.
-- KEYS: the ids that this worker took and has not acked (set), the messages by their id (hash). ARGV: the ids.
-- An id that is no longer ours went back to its queue meanwhile, and its message stays.
for _, id in ipairs(ARGV) do
    if redis.call('SREM', KEYS[1], id) > 0 then
        redis.call('HDEL', KEYS[2], id)
    end
end
return 0
