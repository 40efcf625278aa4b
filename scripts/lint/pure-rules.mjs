const RULES_FILE = /[\\/]rooms[\\/][^\\/]+[\\/](?:[^\\/]+-)?rules\.ts$/;

/** What makes two runs of the same rules differ, or reaches out of them. */
const IMPURE_GLOBALS = new Set([
  'Date',
  'performance',
  'crypto',
  'process',
  'globalThis',
  'window',
  'console',
  'fetch',
  'localStorage',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'require',
]);

/** A game's `rules.ts` and `…-rules.ts` know no clock, no chance and no I/O: they are replayed after a crash and run ahead by clients. */
export const pureRules = {
  create(context) {
    if (!RULES_FILE.test(context.filename)) return {};
    const report = (node, what) =>
      context.report({ node, message: `${what} in rules: pass it in, so that a replay gives the same` });
    return {
      MemberExpression(node) {
        if (node.object.type === 'Identifier' && node.object.name === 'Math' && nameOf(node) === 'random') {
          report(node, 'Math.random');
        }
      },
      Identifier(node) {
        if (IMPURE_GLOBALS.has(node.name) && isUsedAsValue(node)) report(node, node.name);
      },
    };
  },
};

function nameOf({ property }) {
  return property.type === 'Literal' ? property.value : property.name;
}

/** Not the `Date` of `a.Date`, of `{ Date: 1 }` or of a type. */
function isUsedAsValue(node) {
  const { parent } = node;
  if (parent.type === 'MemberExpression') return parent.object === node || parent.computed;
  if (parent.type === 'Property') return parent.value === node;
  return !parent.type.startsWith('TS');
}
