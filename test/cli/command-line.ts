import { join } from 'node:path';
import { type ProcessOptions, type ProcessResult, repositoryRoot, runProcess } from '../support/programs/process.js';
import { COMMANDS } from '../../src/cli/program.js';
import { expectSchema } from './schemas.js';

/** Two migrations, the second of which raises a notice. */
export const FILES = {
  '001_a.sql': 'CREATE TABLE a (id int);',
  '002_b.sql': `CREATE TABLE b (id int); DO $$ BEGIN RAISE NOTICE 'by the way'; END $$;`,
};

export const MAIN = join(repositoryRoot, 'dist/cli/main.js');

/** Runs the command line as a process, without our DATABASE_URL. With `--json`, its output must match its schema. */
export async function run(args: string[], options: ProcessOptions = {}): Promise<ProcessResult> {
  const env = { DATABASE_URL: undefined, ...options.env };
  const result = await runProcess(process.execPath, [MAIN, ...args], { ...options, env });
  const command = COMMANDS.find(({ name }) => `${args.join(' ')} `.startsWith(`${name} `))?.name ?? '';
  const hasEnded = result.signal === null;
  if (args.includes('--json') && hasEnded) await expectSchema(command, result.stdout);
  return result;
}

/** What a command with `--json` printed. */
export const objectOf = ({ stdout }: ProcessResult): unknown => JSON.parse(stdout);
