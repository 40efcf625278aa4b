// What the test of a Redis that is left behind kills: it starts one, says its address and holds it.
import { findRedis } from '../../scripts/launch/find-redis.ts';
import { RedisServer } from '../../scripts/cluster/redis-server.ts';

const [, , folder = '', port] = process.argv;
const redis = await RedisServer.start({ binary: findRedis(), folder, port: Number(port), onEnd: () => undefined });
console.log(redis.url);
