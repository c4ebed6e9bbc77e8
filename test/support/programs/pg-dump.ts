import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from './process.js';
import { runInPsql } from './psql.js';

/** The major version of pg_dump; 0 if there is none. It can dump servers up to its own version. */
export function dumpMajor(): number {
  try {
    return Number(/\d+/.exec(execFileSync('pg_dump', ['--version'], { encoding: 'utf8' }))?.[0]);
  } catch {
    return 0;
  }
}

/** Dumps the schema of a database and restores it in another one. @throws Error with the output of the programs. */
export async function dumpInto(from: string, to: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'dump-'));
  try {
    const file = join(directory, 'schema.sql');
    const { code, stderr } = await runProcess('pg_dump', ['--schema-only', '--file', file, from]);
    if (code !== 0) throw new Error(`pg_dump ended with ${code}: ${stderr}`);
    await runInPsql(to, file);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Dumps a whole database and restores it in another, empty one. @throws Error with the output of the programs. */
export async function restoreInto(from: string, to: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'dump-'));
  try {
    const file = join(directory, 'database.dump');
    for (const [program, ...args] of [
      ['pg_dump', '--format=custom', '--file', file, from],
      ['pg_restore', '--exit-on-error', '--no-owner', '--dbname', to, file],
    ] as const) {
      const { code, stderr } = await runProcess(program, args);
      if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr}`);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** @returns what pg_dump writes with these arguments. @throws Error with its output */
export async function dumpOf(url: string, args: readonly string[] = []): Promise<string> {
  const { code, stdout, stderr } = await runProcess('pg_dump', [...args, url]);
  if (code !== 0) throw new Error(`pg_dump ended with ${code}: ${stderr}`);
  return stdout;
}
