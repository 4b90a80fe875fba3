-- Put messages on their queue, many at once, as dramatiq's `enqueue` does one, and ring the queue's bell.
-- KEYS: the messages by their id (hash), the ids that wait (list), the bell (list). ARGV: id and message, in turn.
for i = 1, #ARGV, 2 do
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    redis.call('RPUSH', KEYS[2], ARGV[i])
end
-- one ring waits at most: who answers it takes all it can
redis.call('LPUSH', KEYS[3], 1)
redis.call('LTRIM', KEYS[3], 0, 0)
return 0
