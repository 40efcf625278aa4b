// Writes the live view's script to its output: one file, of TypeScript made JavaScript.
import path from 'node:path';
import { build } from 'rolldown';

const input = path.join(import.meta.dirname, 'view', 'view.ts');
const { output } = await build({ input, write: false, logLevel: 'silent' });
process.stdout.write(output[0].code);
