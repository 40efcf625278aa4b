// Who may import what: the one home of the table in CONTRIBUTING.md. The first entry whose `files` fits a file holds.
// A target is a path from the root of the repository, or a package, or `node:` for everything of Node's own.
// `{game}` stands for what the star in `files` stood for. Tests, scripts and configuration may import anything.

/** @typedef {{ files: RegExp, own?: RegExp, may: RegExp[], mayAsTypes?: RegExp[], why: string }} Entry */

const protocol = /^protocol\//;
const node = /^node:/;
const gameContracts = /^rooms\/games\.ts$/;
const pureRules = /^rooms\/[^/]+\/(?:[^/]+-)?rules\.ts$/;
const kit = /^rooms\/kit\//;

/** @type {Entry[]} */
export const IMPORT_TABLE = [
  {
    files: /^protocol\/.*(constants|limits|-codes)\.ts$/,
    may: [],
    why: 'constants import nothing at all, so that k6 can load them by path',
  },
  { files: protocol, may: [protocol, /^zod(-openapi)?$/], why: 'protocol is a leaf: it imports nothing of ours' },
  {
    files: /^rooms\/(games|index)\.ts$/,
    may: [/^rooms\/[^/]+\/(game|room)\.ts$/, gameContracts, kit, protocol],
    why: 'the registries only list games and rooms',
  },
  {
    files: kit,
    may: [kit, protocol, node, /^@colyseus\//, /^zod$/, /^msgpackr$/],
    why: 'what a room needs of the service arrives through rooms/kit/ports.ts',
  },
  {
    files: /^rooms\/([^/]+)\/(?:[^/]+-)?rules\.ts$/,
    may: [/^rooms\/{game}\/(?:[^/]+-)?rules\.ts$/],
    mayAsTypes: [protocol],
    why: 'rules are pure and over structural types, so that clients can run them',
  },
  {
    files: /^rooms\/([^/]+)\/(game|state)\.ts$/,
    may: [
      protocol,
      /^@colyseus\/schema$/,
      /^zod$/,
      /^rooms\/kit\/define-game\.ts$/,
      /^rooms\/{game}\/(state|(?:[^/]+-)?rules)\.ts$/,
    ],
    why: 'a contract is loaded by browsers, so it pulls in nothing of the server',
  },
  {
    files: /^rooms\/([^/]+)\//,
    may: [kit, protocol, /^rooms\/{game}\//, /^@colyseus\/schema$/, /^zod$/],
    why: 'a room knows the kit, its own contract and its own rules; never src, never @colyseus/core',
  },
  {
    files: /^src\/main\.ts$/,
    may: [/^src\//, protocol, kit, /^rooms\/(games|index)\.ts$/, node, /^[@a-z]/],
    why: 'only main.ts knows the games',
  },
  {
    files: /^src\//,
    may: [/^src\//, protocol, kit, node, /^(?!(rooms|client-sdk|web|loadtest|tests|scripts)\/)[@a-z]/],
    why: 'the service must not know its games: they are given to startGyre',
  },
  {
    files: /^client-sdk\//,
    may: [/^client-sdk\//, protocol, /^@colyseus\/(sdk|schema)$/],
    mayAsTypes: [/^rooms\/kit\/[^/]*types\.ts$/],
    why: 'the SDK runs in browsers: nothing of Node, nothing of the server',
  },
  {
    files: /^web\//,
    may: [/^web\//, /^client-sdk\//, protocol, pureRules, /^preact(\/.*)?$/, /^@preact\//],
    mayAsTypes: [gameContracts],
    why: 'the page is a client: of rooms it takes pure rules, and the types of games.ts',
  },
  {
    files: /^loadtest\/(bench|chaos)\/servers\//,
    may: [/^loadtest\//, /^src\//, /^rooms\//, protocol, node, /^(?!(client-sdk|web|tests|scripts)\/)[@a-z]/],
    why: 'these are the servers that are compared: our own parts and the peers, each in a process of its own',
  },
  {
    files: /^loadtest\//,
    may: [
      /^loadtest\/(?!(bench|chaos)\/servers\/)/,
      protocol,
      /^client-sdk\//,
      pureRules,
      node,
      /^(ws|msgpackr|@colyseus\/sdk)$/,
      /^k6(\/.*)?$/,
      /^https:/,
    ],
    mayAsTypes: [gameContracts, /^loadtest\/chaos\/servers\/field-game\.ts$/],
    why: 'a load test is a client too',
  },
];
