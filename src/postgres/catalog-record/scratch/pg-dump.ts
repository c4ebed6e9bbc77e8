import { spawn } from 'node:child_process';
import pg from 'pg';
import type { ClientConfig } from 'pg';
import { dumpFailed, dumpTooOld, noDumpProgram } from '../../../core/errors/catalog/checkpoint-error.js';
import { maskSecrets } from '../../../core/sql/text/secrets.js';

/** What to dump, and with which program. */
export interface DumpRecipe {
  readonly program: string;
  readonly source: ClientConfig;
  /** The major version of the server. */
  readonly major: number;
  /** The role that owns what is dumped. @default the login role */
  readonly role: string | undefined;
  /** Arguments that select what is dumped. */
  readonly selection: readonly string[];
}

/** Runs `pg_dump`. @throws CheckpointError */
export async function pgDump(recipe: DumpRecipe, signal: AbortSignal): Promise<string> {
  const { program, source, major, role, selection } = recipe;
  const version = /\d+(?:\.\d+)*/.exec(await run(recipe, ['--version'], {}, signal))?.[0] ?? '0';
  if (Number.parseInt(version, 10) < major) throw dumpTooOld(program, version, major);
  const args = ['--no-password', '--encoding=UTF8', ...(role === undefined ? [] : [`--role=${role}`]), ...selection];
  return run(recipe, args, await environmentOf(source), signal);
}

/** The password is passed in the environment, because everybody can see arguments. */
async function environmentOf(source: ClientConfig): Promise<NodeJS.ProcessEnv> {
  const client = new pg.Client(source);
  const { host, port, user, database, ssl } = client as pg.Client & { ssl?: unknown };
  const given = client.password as unknown;
  const password: unknown = typeof given === 'function' ? await (given as () => unknown)() : given;
  return {
    PGHOST: host,
    PGPORT: String(port),
    ...(user !== undefined && { PGUSER: user }),
    ...(database !== undefined && { PGDATABASE: database }),
    ...(typeof password === 'string' && { PGPASSWORD: password }),
    PGSSLMODE: sslMode(ssl),
  };
}

/** The server's certificate is verified if the driver verifies it. */
function sslMode(ssl: unknown): string {
  if (!ssl) return 'disable';
  const isVerified = !(typeof ssl === 'object' && 'rejectUnauthorized' in ssl && ssl.rejectUnauthorized === false);
  const given = process.env['PGSSLMODE'] ?? '';
  if (given.startsWith('verify-')) return given;
  return isVerified ? 'verify-full' : 'require';
}

/** Certificates and the password file; everything else could lead to another server or database. */
const PASSED_ON = /^(?!PG)|^PG(?:SSL(?!MODE)|PASSFILE$|KRB|GSS)/;

function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name)));
}

const MAX_SAID = 2_000;

function run(
  { program, major }: DumpRecipe,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...inherited(), ...env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    });
    const output: Buffer[] = [];
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-MAX_SAID)));
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(noDumpProgram(program, error.code ?? error.name, major, error)),
    );
    child.once('close', (code, killedBy) => {
      if (code === 0) resolve(Buffer.concat(output).toString());
      else reject(dumpFailed(program, killedBy ?? `exit code ${code}`, maskSecrets(said.trim())));
    });
  });
}
