import { execFileSync } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const STATEMENTS = 10_000;

/** A directory with one non-transactional migration of many statements. */
export async function generateManySteps(): Promise<{ readonly directory: string; readonly file: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'migrations-bench-'));
  const file = join(directory, '1_many_steps.sql');
  const inserts = Array.from(
    { length: STATEMENTS },
    (_, i) => `INSERT INTO many VALUES (${i}, 'the text of row ${i}');`,
  );
  await writeFile(file, ['-- no-transaction', 'CREATE TABLE many (id int, text text);', ...inserts].join('\n'));
  return { directory, file };
}

/** Runs a file with psql, each statement in a transaction of its own; throws where there is no psql. */
export function runWithPsql(file: string, connectionString: string): void {
  execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', file, connectionString]);
}
