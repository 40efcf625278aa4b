import { pack } from 'msgpackr';
import type { Random } from '../support/state-fuzz/random.ts';

/** What JSON parsers, validators and databases stumble over. */
const BAD_JSON = [
  '1e999',
  '-0',
  '9007199254740993',
  '1e-400',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udfff\\ud800"',
  '{"__proto__":{"x":1}}',
  '{"constructor":{"prototype":{}}}',
  '{"toString":1}',
  '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]',
  '"${jndi:ldap://x}"',
  '"\'; drop table players; --"',
  '"\u202e\u0301\ufeff"',
  `"${'x'.repeat(5_000)}"`,
  `"${'\u{1f469}'.repeat(300)}"`,
  'null',
  'true',
  '[]',
  '{}',
  '""',
  '-1',
  '0.1',
  'NaN',
  '+1',
  '01',
  "'x'",
];

/** A body that was right, until something happened to it. */
export function badJson(random: Random, good: unknown): Buffer {
  const text = JSON.stringify(good) ?? '{}';
  const at = random.int(0, text.length);
  const bytes = Buffer.from(text);
  switch (random.int(0, 7)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(random.pick(BAD_JSON)), bytes.subarray(at)]);
    case 2:
      return flipped(random, bytes);
    case 3:
      return Buffer.from('['.repeat(random.int(1, 30_000)));
    case 4:
      return Buffer.from(text.replace(/:(?:"[^"]*"|[\w.-]+|\[\]|\{\})/, () => `:${random.pick(BAD_JSON)}`));
    case 5:
      return Buffer.concat([bytes, bytes]);
    case 6:
      return Buffer.from(`{"a":${'{"a":'.repeat(random.int(1, 9_000))}`);
    default:
      return Buffer.from(random.pick(BAD_JSON));
  }
}

/** The same bytes with a few of them changed: often no UTF-8 any more. */
export function flipped(random: Random, bytes: Uint8Array): Buffer {
  const changed = Buffer.from(bytes);
  for (let left = random.int(1, 4); left > 0 && changed.length > 0; left -= 1) {
    changed[random.int(0, changed.length - 1)] = random.int(0, 255);
  }
  return changed;
}

export function noise(random: Random, size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, () => random.int(0, 255)));
}

/** Heads of MessagePack that claim up to four billion elements or bytes. */
const CLAIMS = [
  'ddffffffff',
  'dfffffffff',
  'dbffffffff',
  'c6ffffffff',
  'c9ffffffff',
  'dcffff',
  'deffff',
  'd9ff',
  'c8ffff',
];
/** Extensions that msgpackr knows (records, errors, sets, pointers, structures, bundles, dates), and others. */
const EXTENSIONS = [0x72, 0x65, 0x73, 0x78, 0x69, 0x70, 0x62, 0x74, 0x42, 0x4d, 0xff, 0x00, 0x7f];

/** MessagePack that is broken, huge by its own words, deep, or uses what the library knows and we don't. */
export function badPack(random: Random, good: unknown): Buffer {
  const bytes = pack(good);
  switch (random.int(0, 8)) {
    case 0:
      return bytes.subarray(0, random.int(0, bytes.length - 1));
    case 1:
      return flipped(random, bytes);
    case 2:
      return Buffer.concat([Buffer.from(random.pick(CLAIMS), 'hex'), noise(random, random.int(0, 20))]);
    case 3:
      return Buffer.concat([Buffer.alloc(random.int(1, 8_000), random.pick([0x91, 0x81, 0xdd])), bytes]);
    case 4:
      return extension(random);
    case 5:
      return record(random);
    case 6:
      return Buffer.concat([bytes, bytes]);
    case 7:
      return pack(random.pick([null, 'text', -1, 1e300, 2n ** 63n, new Date(0), [good], { by: [good] }, { by: -0 }]));
    default:
      return noise(random, random.int(0, 60));
  }
}

function extension(random: Random): Buffer {
  const type = random.pick(EXTENSIONS);
  const fixed = random.int(0, 4);
  return random.chance(0.5)
    ? Buffer.concat([Buffer.of(0xd4 + fixed, type), noise(random, 2 ** fixed)])
    : Buffer.concat([Buffer.of(0xc7, random.int(0, 30), type), noise(random, 30)]);
}

/** Defines a record, as msgpackr does, and uses it: what one client defines must mean nothing to the next. */
function record(random: Random): Buffer {
  const id = random.int(0x40, 0x7f);
  const keys = random.pick([['by'], ['__proto__'], ['constructor', 'by'], ['by', 'by'], [1, null], []]);
  return Buffer.concat([Buffer.of(0xd4, 0x72, id), pack(keys), pack(random.int(1, 100)), Buffer.of(id, 1)]);
}
