import { spawnSync } from 'node:child_process';
import { describe } from '@jest/globals';

/** Programs of Debian's that some tests want, with the package that brings each. */
const PACKAGES = {
  psql: 'postgresql-client',
  pg_dump: 'postgresql-client',
  pgbouncer: 'pgbouncer',
  bash: 'bash',
  zsh: 'zsh',
  fish: 'fish',
} as const;

export type Program = keyof typeof PACKAGES;

/** True when a program is there; `/usr/sbin` is not on everybody's path. */
export function has(program: Program): boolean {
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };
  return spawnSync(program, ['--version'], { env, stdio: 'ignore' }).status === 0;
}

/**
 * `describe` for tests that want a program. Where it is missing they are reported as skipped, with a line that says how
 * to get it, never as passed; in CI, which installs it, they run and fail.
 */
export function describeWith(program: Program): typeof describe | typeof describe.skip {
  if (has(program) || process.env['CI']) return describe;
  return skipAloud(`${program} is missing (apt-get install ${PACKAGES[program]})`);
}

export function skipAloud(reason: string): typeof describe.skip {
  process.stderr.write(`Skipped, because ${reason}\n`);
  return describe.skip;
}
