import { colyseusDefects } from './colyseus-defects.mjs';
import { folderImports } from './folder-imports.mjs';
import { pureRules } from './pure-rules.mjs';

/** The rules of the house that no ready-made rule of oxlint can hold. */
export default {
  meta: { name: 'gyre' },
  rules: { 'colyseus-defects': colyseusDefects, 'folder-imports': folderImports, 'pure-rules': pureRules },
};
