import { defineConfig } from 'drizzle-kit';

// `npm run db:generate` writes the next migration from the difference between schema.ts and the last one.
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/store/schema.ts',
  out: './src/store/migrations',
});
