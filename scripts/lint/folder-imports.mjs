import path from 'node:path';
import { IMPORT_TABLE } from './import-table.mjs';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const ANYTHING_GOES = /(\.(test|contract)\.tsx?|\.config\.[cm]?[jt]s)$/;

/** Holds IMPORT_TABLE: static and dynamic imports and re-exports. `import type` is told apart; `import { type A }` is not, as it loads. */
export const folderImports = {
  create(context) {
    const file = fromRoot(context.filename);
    const entry = ANYTHING_GOES.test(file) ? undefined : IMPORT_TABLE.find(({ files }) => files.test(file));
    if (!entry) return {};
    const check = (node, source, onlyTypes) => {
      if (!source || typeof source.value !== 'string') return;
      const target = resolve(file, source.value);
      if (isAllowed(entry, file, target, onlyTypes)) return;
      context.report({ node, message: `${file} may not import ${target}: ${entry.why}` });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
      ImportExpression: (node) => check(node, node.source, false),
      TSImportType: (node) => check(node, node.source ?? node.argument?.literal ?? node.argument, true),
    };
  },
};

function isAllowed({ files, may, mayAsTypes = [] }, file, target, onlyTypes) {
  const game = files.exec(file)?.[1];
  const patterns = onlyTypes ? [...may, ...mayAsTypes] : may;
  return patterns.some((pattern) => withGame(pattern, game).test(target));
}

function withGame(pattern, game) {
  return game && pattern.source.includes('{game}') ? new RegExp(pattern.source.replace('{game}', game)) : pattern;
}

function resolve(file, specifier) {
  if (!specifier.startsWith('.')) return specifier;
  return path.posix.join(path.posix.dirname(file), specifier);
}

function fromRoot(filename) {
  // Fixtures of the linter's own test lie under a folder that stands for the root.
  const [, inFixture] = filename.split(/[\\/]lint-fixture-root[\\/]/);
  return (inFixture ?? path.relative(ROOT, filename)).split(path.sep).join('/');
}
