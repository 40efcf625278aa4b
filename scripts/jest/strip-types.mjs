import { stripTypeScriptTypes } from 'node:module';

/** Jest's way to read TypeScript: types become blanks, so lines and columns of a stack trace stay true. */
export default {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
};
