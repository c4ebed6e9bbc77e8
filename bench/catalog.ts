/**
 * What it costs to look for manual changes in a schema with 5,000 tables and 15,000 indexes, compared with `pg_dump
 * --schema-only`: `npm run bench:catalog`. Each works on a connection of its own. They take turns in rounds on one
 * server, in random order, and the first round is discarded. The server is the newest that the installed pg_dump can dump.
 */
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { SCHEMA_GROUPS } from '../src/core/catalog/object-group.js';
import { toPresentKinds } from '../src/postgres/catalog/queries/rare-kinds.js';
import { schemasNamed } from '../src/postgres/catalog/queries/scope.js';
import { readFingerprint } from '../src/postgres/catalog/snapshot/read-objects.js';
import { beginReading } from '../src/postgres/catalog/snapshot/read-transaction.js';
import { LIVE_SQL } from '../src/postgres/catalog/snapshot/stamp.js';
import { connectionOn } from '../test/support/database/connection-on.js';
import { dumpMajor } from '../test/support/programs/pg-dump.js';
import { NEWEST } from '../tools/postgres-binaries.js';
import { createTables } from './files/many-tables.js';
import { formatValue, markdownTable } from './format.js';
import { BenchServer, withClient } from './server.js';

const TABLES = 5_000;
const SCOPE = { schemas: schemasNamed(['bench']), without: [] };

/** Reads as a drift check does. @param isWhole false to stop at the stamp, as long as nothing has changed */
function check(connectionString: string, isWhole: boolean): Promise<void> {
  return withClient(connectionString, async (client) => {
    const connection = connectionOn(client);
    const begin = beginReading({ role: undefined, statementTimeoutMs: 0 });
    const [row] = await connection.query([...begin, `SELECT live.stamp, live.kinds FROM ${LIVE_SQL}`].join('; '));
    const kinds = toPresentKinds(row?.['kinds']);
    const { indexes } = isWhole
      ? await readFingerprint(connection, { scope: SCOPE, groups: SCHEMA_GROUPS, kinds })
      : { indexes: undefined };
    if (isWhole && indexes?.startsWith(`${2 * TABLES}:`) !== true) throw new Error(`unexpected indexes: ${indexes}`);
    await connection.query('ROLLBACK');
  });
}

function dump(connectionString: string): Promise<void> {
  const { status, stderr } = spawnSync('pg_dump', ['--schema-only', '--file=/dev/null', connectionString]);
  if (status !== 0) throw new Error(`pg_dump failed: ${String(stderr)}`);
  return Promise.resolve();
}

const { rounds } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } }).values;
const version = String(Math.min(dumpMajor(), Number(NEWEST)));
const server = await BenchServer.start(version);
try {
  const url = await server.createDatabase();
  await server.prepare(url, () => createTables(url, TABLES));
  await withClient(url, (client) => client.query('VACUUM ANALYZE'));
  const works = [
    { name: 'pg_dump --schema-only', run: () => dump(url), ms: [] as number[] },
    { name: 'stamp and fingerprint, after a change', run: () => check(url, true), ms: [] as number[] },
    { name: 'stamp, if nothing has changed', run: () => check(url, false), ms: [] as number[] },
  ];
  for (let round = 0; round <= Number(rounds); round++) {
    await server.settle();
    for (const { run, ms } of works.toSorted(() => Math.random() - 0.5)) {
      const start = performance.now();
      await run();
      if (round > 0) ms.push(performance.now() - start);
    }
  }
  console.log(`PostgreSQL ${server.version}, ${rounds} rounds, medians and lowest values`);
  console.log(table(works));
} finally {
  await server.remove();
}

function table(works: readonly { readonly name: string; readonly ms: readonly number[] }[]): string {
  const dumped = works[0]?.ms ?? [];
  return markdownTable([
    ['work', 'median', 'lowest', 'ratio'],
    ...works.map(({ name, ms }) => [
      name,
      formatValue('ms', median(ms)),
      formatValue('ms', Math.min(...ms)),
      `${median(ms.map((each, i) => each / (dumped[i] ?? Number.NaN))).toFixed(2)} × pg_dump`,
    ]),
  ]);
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
}
