/** A script in Lua that Redis runs as one step. */
export interface LuaScript {
  readonly source: string;
  /** Of the source, in hex: Redis knows it by that. */
  readonly sha1: string;
}

/** Runs scripts on the Redis of a cluster. */
export interface RedisScripts {
  /** The name that a key of ours has in it. */
  key(name: string): string;
  /** Resolves to what the script returns. Rejects while Redis is away. */
  run(
    script: LuaScript,
    call: { readonly keys: readonly string[]; readonly args: readonly string[] },
  ): Promise<unknown>;
}
