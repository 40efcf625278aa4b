const kept = new WeakMap<object, Buffer>();
const keeping = new WeakSet<object>();

/** Marks a body that is large and the same for everyone: it is written out once. It must not be changed any more. */
export function keepBytes<Body extends object>(body: Body): Body {
  keeping.add(body);
  return body;
}

/** A body as JSON. */
export function jsonBytes(body: unknown): Buffer {
  if (typeof body !== 'object' || body === null || !keeping.has(body)) return Buffer.from(JSON.stringify(body));
  const bytes = kept.get(body) ?? Buffer.from(JSON.stringify(body));
  kept.set(body, bytes);
  return bytes;
}
