import { type RedisConnection, RedisScript } from './redis-connection.ts';

/**
 * Where the logs of all incarnations are in Redis. A living one's is the stream `log:<incarnation>`, an entry an append, with the id
 * `<segment>-<number>` and one field: the log format's version, and the batch. `logs` is a hash of those that have one, each with a
 * token of its owner's: an owner that doesn't find its own has lost its log, together with Redis' memory or because others are through with it.
 *
 * To seal is to rename the stream to `sealed:<incarnation>`. That takes no memory, so it works in a Redis that is full; and in one step it is
 * safe from its owner and found by whoever looks whether it is sealed.
 */
export function logKeys(redis: RedisConnection, incarnation: string) {
  return {
    log: redis.key(`log:${incarnation}`),
    sealed: redis.key(`sealed:${incarnation}`),
    logs: redis.key('logs'),
  };
}

/** For so long, an owner that was asleep is told that it is sealed. After that it finds itself not in `logs`, and has to ask the database. */
const SEALED_FOR_S = 86_400;

/** KEYS sealed, logs; ARGV incarnation, token. */
export const OPEN = new RedisScript(`
if redis.call('EXISTS', KEYS[1]) == 1 then return 'SEALED' end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return 'OK'`);

/** KEYS sealed, logs, log; ARGV incarnation, token, id, format version, batch, and the id before which nothing is needed, or ''. */
export const APPEND = new RedisScript(`
if redis.call('EXISTS', KEYS[1]) == 1 then return 'SEALED' end
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then return 'LOST' end
if ARGV[6] ~= '' then redis.call('XTRIM', KEYS[3], 'MINID', ARGV[6]) end
redis.call('XADD', KEYS[3], ARGV[3], ARGV[4], ARGV[5])
return 'OK'`);

/**
 * KEYS sealed, log, logs; ARGV incarnation. Resolves with the number of entries. Also where there is no log: its owner may be on the way to begin it anew,
 * in a Redis that has lost it.
 */
export const SEAL = new RedisScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then
  if redis.call('EXISTS', KEYS[2]) == 1 then
    redis.call('RENAME', KEYS[2], KEYS[1])
  else
    redis.call('XADD', KEYS[1], 'MAXLEN', 0, '1-1', 'sealed', '')
    if redis.call('HEXISTS', KEYS[3], ARGV[1]) == 0 then redis.call('EXPIRE', KEYS[1], ${SEALED_FOR_S}) end
  end
end
return redis.call('XLEN', KEYS[1])`);

/** KEYS sealed, logs; ARGV incarnation. What isn't sealed is left alone: its owner may live. */
export const DISCARD = new RedisScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('XTRIM', KEYS[1], 'MAXLEN', 0)
redis.call('EXPIRE', KEYS[1], ${SEALED_FOR_S})
redis.call('HDEL', KEYS[2], ARGV[1])
return 1`);
