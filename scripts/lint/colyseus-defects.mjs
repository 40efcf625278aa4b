/** Packages that nothing may be taken from, and why. A path below one counts as the package. */
const PACKAGES = new Map([
  ['colyseus', 'it brings the monitor, the playground and all rooms of Colyseus along; take @colyseus/core'],
  ['@colyseus/monitor', "it shows and lets anyone change every room; the operator's console is Gyre's own"],
  ['@colyseus/playground', 'it opens the matchmaking routes that Gyre closes'],
  ['@colyseus/tools', 'it opens the matchmaking routes that Gyre closes, and listens past the guard'],
]);

/** Exports of @colyseus/core, and files of it, that are not to be used, and why. */
const CORE_EXPORTS = new Map([
  ['LobbyRoom', 'one message of a client ends the process'],
  ['QueueRoom', 'it believes the rank that a client names, and never lets go of who does not confirm'],
  ['RankedQueueRoom', 'it believes the rank that a client names, and never lets go of who does not confirm'],
  ['InputBufferImpl', 'ten bytes of a client freeze the process'],
  ['RoomInput', 'ten bytes of a client freeze the process'],
]);
const INPUTS = 'defineInput: ten bytes of a client freeze the process; inputs go through the kit';

/**
 * What of Colyseus has reproduced defects is not to be had by any road: by name, as a whole (`import *`, `import()`,
 * `require`), passed on, or from a file inside of the package. A name that is only known at run time can't be judged.
 */
export const colyseusDefects = {
  create(context) {
    const report = (node, message) => context.report({ node, message });
    const check = (node, source, names) => {
      const fault = faultOf(textOf(source), names);
      if (fault !== null) report(node, fault);
    };
    return {
      ImportDeclaration: (node) => check(node, node.source, node.specifiers.map(nameOfImport)),
      ExportNamedDeclaration: (node) =>
        check(
          node,
          node.source,
          node.specifiers.map(({ local }) => nameOf(local)),
        ),
      ExportAllDeclaration: (node) => check(node, node.source, ['*']),
      ImportExpression: (node) => check(node, node.source, ['*']),
      TSImportEqualsDeclaration: (node) => check(node, node.moduleReference.expression, ['*']),
      TSImportType: (node) => check(node, node.source ?? node.argument, [firstName(node.qualifier)]),
      CallExpression(node) {
        if (isRequire(node.callee)) check(node, node.arguments[0], ['*']);
      },
      Identifier(node) {
        if (node.name === 'defineInput') report(node, INPUTS);
      },
      MemberExpression(node) {
        if (node.computed && textOf(node.property) === 'defineInput') report(node, INPUTS);
      },
    };
  },
};

/** What is wrong with taking `names` from a module, in words; `*` stands for all of it. null: nothing. */
function faultOf(path, names) {
  if (path === null) return null;
  const module = path.replace(/^.*\/node_modules\//, '');
  for (const [name, why] of PACKAGES) if (isFrom(module, name)) return `${module}: ${why}`;
  if (!isFrom(module, '@colyseus/core')) return null;
  const file = module
    .split('/')
    .at(-1)
    .replace(/\.\w+$/, '');
  if (file !== 'core' && CORE_EXPORTS.has(file)) return `${module}: ${CORE_EXPORTS.get(file)}`;
  if (names.includes('*')) return `${module}: import by name, so that it can be told what is used`;
  const name = names.find((each) => CORE_EXPORTS.has(each));
  return name === undefined ? null : `${name}: ${CORE_EXPORTS.get(name)}`;
}

function isFrom(module, name) {
  return module === name || module.startsWith(`${name}/`);
}

/** The default import of a CommonJS module is all of it. */
function nameOfImport(specifier) {
  return specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported) : '*';
}

/** `{ LobbyRoom as Room }` and `{ 'LobbyRoom' as Room }` alike. */
function nameOf(node) {
  const name = node.name ?? node.value;
  return name === 'default' ? '*' : name;
}

/** The first name of `A.B.C`; all of the module without one. */
function firstName(qualifier) {
  if (!qualifier) return '*';
  return qualifier.left ? firstName(qualifier.left) : qualifier.name;
}

/** `require`, `require.resolve`, `module.require`, `createRequire(…)`. */
function isRequire(callee) {
  if (callee.type === 'Identifier') return callee.name.startsWith('require');
  if (callee.type === 'MemberExpression') return isRequire(callee.object) || isRequire(callee.property);
  return (
    callee.type === 'CallExpression' && callee.callee.type === 'Identifier' && callee.callee.name === 'createRequire'
  );
}

/** A string that is written out; null for what is put together at run time. */
function textOf(node) {
  if (node?.type === 'TSLiteralType') return textOf(node.literal);
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  return node?.type === 'TemplateLiteral' && node.expressions.length === 0 ? node.quasis[0].value.cooked : null;
}
