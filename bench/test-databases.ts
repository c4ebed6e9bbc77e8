/**
 * What a database with all migrations costs a test: copied from a template, or made by running the migrations. Both in
 * turn on one embedded server, with the migrations of this repository: `npm run bench:testing`.
 */
import { performance } from 'node:perf_hooks';
import { createTestDatabases } from '../src/testing.js';
import { median } from './median.js';

const ROUNDS = 21;

const databases = createTestDatabases({ directory: 'migrations' });
await databases.use(async () => {}); // builds the template

const copied: number[] = [];
const migrated: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  copied.push(
    await timed(async () => {
      await databases.create();
    }),
  );
  migrated.push(
    await timed(async () => {
      const database = await databases.createEmpty();
      await database.migrate();
    }),
  );
}
await databases.close();
console.log(`copied from a template: ${rounded(copied)} ms; migrated: ${rounded(migrated)} ms (medians of ${ROUNDS})`);

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function rounded(values: readonly number[]): number {
  return Math.round(median(values) ?? 0);
}
