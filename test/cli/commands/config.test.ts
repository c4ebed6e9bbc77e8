import { beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { outcomes } from '../../support/migrator/history-of.js';
import type { ProcessResult } from '../../support/programs/process.js';
import { tempDirectory } from '../../support/files/temp-directory.js';
import { writeFiles } from '../../support/files/write-files.js';
import { FILES, run } from '../command-line.js';

const db = useEmptyDatabase('cli_config');
let project = '';
beforeEach(async () => {
  project = await tempDirectory();
  await mkdir(join(project, 'sql'));
  await writeFiles(join(project, 'sql'), FILES);
});

const inProject = (args: string[], env: Record<string, string> = {}): Promise<ProcessResult> =>
  run(args, { cwd: project, env });
const configured = (more = ''): string =>
  `{ connectionString: ${JSON.stringify(db.connectionString)}, directory: 'sql', table: 'public.done', ${more} }`;
const applied = (): Promise<Record<string, string>> => outcomes(db, 'public.done');

interface Setting {
  option: string;
  value: unknown;
  source: string;
}
const settings = async (
  args: string[],
  env?: Record<string, string>,
): Promise<Record<string, Omit<Setting, 'option'>>> => {
  const { stdout, code } = await inProject(['config', '--json', ...args], env);
  expect(code).toBe(0);
  const parsed = JSON.parse(stdout) as { settings: Setting[] };
  return Object.fromEntries(parsed.settings.map(({ option, ...rest }) => [option, rest]));
};

describe('a configuration file', () => {
  test.each<[name: string, content: () => string]>([
    ['migrations.config.mjs', () => `export default ${configured()};`],
    ['migrations.config.cjs', () => `module.exports = ${configured()};`],
    ['migrations.config.js', () => `module.exports = () => (${configured("onBootstrap: 'off', drift: false")});`],
    ['migrations.config.mjs', () => `export default async () => (${configured()});`],
  ])('%s is found in the working directory: %#', async (name, content) => {
    await writeFiles(project, { [name]: content() });
    expect(await inProject(['migrate'])).toMatchObject({ code: 0, stderr: '' });
    expect(await applied()).toEqual({ '001_a.sql': 'applied', '002_b.sql': 'applied' });
  });

  test('can be JSON, a key of package.json, or a file given as a flag', async () => {
    const json = { connectionString: db.connectionString, directory: 'sql', table: 'public.done' };
    await writeFiles(project, { 'package.json': JSON.stringify({ 'nest-migrations': json }) });
    expect((await inProject(['pending'])).stdout).toBe('001_a.sql (pending)\n002_b.sql (pending)\n');
    await writeFiles(project, { 'migrations.config.json': JSON.stringify({ ...json, directory: 'none' }) });
    expect((await inProject(['pending'])).stderr).toContain('none cannot be used');
    await writeFiles(project, { 'conf/other.json': JSON.stringify(json) });
    expect((await inProject(['pending', '--config', 'conf/other.json'])).code).toBe(0);
  });

  test('is overridden by the environment and by flags, option by option', async () => {
    await writeFiles(project, {
      'migrations.config.mjs': `export default ${configured("timeouts: { read: 7000, connect: 9000 }, placeholders: { a: '1' }")};`,
    });
    const found = await settings(['--read-timeout', '3', '--placeholder', 'b=2', '--dir', 'elsewhere']);
    expect(found).toMatchObject({
      directory: { value: 'elsewhere', source: '--dir' },
      table: { value: 'public.done', source: 'migrations.config.mjs' },
      'timeouts.read': { value: 3000, source: '--read-timeout' },
      'timeouts.connect': { value: 9000, source: 'migrations.config.mjs' },
      'timeouts.connectRetry': { value: 0, source: 'the command line' },
      'placeholders.a': { value: '***', source: 'migrations.config.mjs' },
      'placeholders.b': { value: '***', source: '--placeholder' },
      lock: { value: 'auto', source: 'default' },
    });
    const url = 'postgres://ann:hunter2@db.internal/shop?sslpassword=hunter3';
    const { connectionString } = await settings([], { DATABASE_URL: url });
    expect(connectionString).toEqual({
      value: 'postgres://ann:***@db.internal/shop?sslpassword=***',
      source: 'DATABASE_URL',
    });
  });

  test('is overridden by the flags for drift, the most specific one last', async () => {
    await writeFiles(project, {
      'migrations.config.mjs': `export default ${configured("policy: { cosmetic: 'warn', changed: 'note' }")};`,
    });
    const found = await settings(['--policy', 'missing=warn', '--on-drift', 'fail', '--out-of-order', 'ignore']);
    expect(found).toMatchObject({
      'policy.changed': { value: 'fail', source: '--on-drift' },
      'policy.objectRemoved': { value: 'fail', source: '--on-drift' },
      'policy.missing': { value: 'warn', source: '--policy' },
      'policy.outOfOrder': { value: 'ignore', source: '--out-of-order' },
      'policy.cosmetic': { value: 'warn', source: 'migrations.config.mjs' },
      'policy.failed': { value: 'alert', source: 'default' },
    });
    const { code, stderr } = await inProject(['config', '--on-drift', 'stop', '--out-of-order', '']);
    expect(code).toBe(2);
    expect(stderr).toContain('--on-drift: expected one of "ignore", "note", "warn", "alert", "fail"');
    expect(stderr).toContain('--out-of-order: expected one of ');
  });

  test('shows no secret of a connection', async () => {
    const connection = `connection: { host: 'h', user: 'u', password: 'hunter2', ssl: { key: 'hunter3' } }`;
    await writeFiles(project, {
      'migrations.config.mjs': `export default { ${connection}, placeholders: { p: 'hunter4' } };`,
    });
    const { stdout } = await inProject(['config']);
    expect(stdout).toMatch(
      /^connection +\{"host":"h","user":"u","password":"\*\*\*","ssl":"\*\*\*"\} +\(migrations\.config\.mjs\)$/m,
    );
    expect(stdout).not.toContain('hunter');
  });

  test('is named in all problems that it contains, reported at once', async () => {
    await writeFiles(project, {
      'migrations.config.mjs': `export default { direcotry: 'sql', lock: 'no', timeouts: { read: -1 } };`,
    });
    const { code, stderr } = await inProject(['status', '--connect-timeout', '-5'], {
      DATABASE_URL: db.connectionString,
    });
    expect(code).toBe(2);
    expect(stderr).toContain('--connect-timeout: "-5" is not a number of seconds');
    const others = (await inProject(['status'], { DATABASE_URL: db.connectionString })).stderr;
    expect(others).toContain('migrations.config.mjs: unknown option "direcotry"; did you mean "directory"?');
    expect(others).toMatch(/migrations\.config\.mjs: lock: /);
    expect(others).toMatch(/migrations\.config\.mjs: timeouts\.read: /);
  });

  test('is the source of its problems as data; a flag is named instead of its option', async () => {
    await writeFiles(project, { 'migrations.config.mjs': `export default { direcotry: 'sql' };` });
    const flags = ['--lock', 'no', '--policy', 'chnaged=fail', '--rule', 'prefer-txt=off'];
    const { stdout } = await inProject(['migrate', '--json', ...flags], { DATABASE_URL: db.connectionString });
    const { error } = JSON.parse(stdout) as { error: { problems: object[] } };
    expect(error.problems).toEqual(
      expect.arrayContaining([
        {
          message: 'migrations.config.mjs: unknown option "direcotry"; did you mean "directory"?',
          code: 'unknown-option',
          source: 'migrations.config.mjs',
          option: 'direcotry',
          suggestion: 'directory',
        },
        {
          message: '--lock: expected one of "auto", "session", "transaction", "off"',
          code: 'invalid',
          option: '--lock',
          detail: 'expected one of "auto", "session", "transaction", "off"',
        },
        {
          message: '--policy: unknown option "chnaged"; did you mean "changed"?',
          code: 'unknown-option',
          source: '--policy',
          option: 'chnaged',
          suggestion: 'changed',
        },
        expect.objectContaining({
          message: expect.stringMatching(/^--rule: unknown rule "prefer-txt"/),
          code: 'unknown-rule',
          source: '--rule',
          option: 'prefer-txt',
        }),
      ]),
    );
    const limit = await inProject(['migrate', '--json', '--step', 'x', '--to', '1'], {
      DATABASE_URL: db.connectionString,
    });
    expect(JSON.parse(limit.stdout)).toMatchObject({
      error: {
        problems: [
          { message: '--step: "x" is not a whole number above 0', option: '--step', given: '"x"' },
          { message: '--step: cannot be given together with --to', code: 'exclusive', others: [{ option: '--to' }] },
        ],
      },
    });
  });

  test.each<[files: Record<string, string>, args: string[], problem: string]>([
    [
      { 'migrations.config.mjs': '', 'migrations.config.cjs': '' },
      [],
      'there are several configuration files: migrations.config.mjs, migrations.config.cjs',
    ],
    [{}, ['--config', 'gone.mjs'], '--config: there is no file gone.mjs'],
    [
      { 'migrations.config.mjs': 'export default 7' },
      [],
      'migrations.config.mjs: expected an object of options as its default export',
    ],
    [{ 'migrations.config.mjs': 'throw new Error("no luck")' }, [], 'migrations.config.mjs cannot be loaded: no luck'],
    [
      { 'migrations.config.mjs': 'export default await Promise.resolve({})' },
      [],
      'migrations.config.mjs: export an async function instead of a top-level await',
    ],
    [{ 'migrations.config.json': '{' }, [], 'migrations.config.json is not valid JSON'],
  ])('%j with %j is an invalid configuration', async (files, args, problem) => {
    await writeFiles(project, files);
    const { code, stdout } = await inProject(['status', '--json', ...args], { DATABASE_URL: db.connectionString });
    expect(code).toBe(2);
    const { error } = JSON.parse(stdout) as { error: { code: string; problems: { message: string }[] } };
    expect(error).toMatchObject({ code: 'INVALID_OPTIONS', problems: [{ message: expect.stringContaining(problem) }] });
  });

  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const readsTypeScript = major > 22 || (major === 22 && minor >= 18);
  test('can be TypeScript if Node supports it; otherwise the message says what to do', async () => {
    await writeFiles(project, {
      'migrations.config.ts': `const table: string = 'public.done';\nexport default { ...${configured()}, table };`,
    });
    const result = await inProject(['pending']);
    const problem = 'cannot load TypeScript: use Node 22.18 or later, or migrations.config.mjs';
    expect(result.code).toBe(readsTypeScript ? 0 : 2);
    expect(result.stderr.includes(problem)).toBe(!readsTypeScript);
  });
});

describe('--env-file', () => {
  test('names a file that exists', async () => {
    const { code, stderr } = await inProject(['status', '--env-file', 'gone.env'], {
      DATABASE_URL: db.connectionString,
    });
    // Some versions of Node look for this flag among the arguments of the script too, and end with 9 themselves.
    expect([2, 9]).toContain(code);
    expect(stderr).toContain('gone.env');
  });

  test('sets unset variables, also for the configuration file, and is part of remedies', async () => {
    await writeFiles(project, {
      '.env': `DATABASE_URL="${db.connectionString}"\nHISTORY=public.done # a comment\n`,
      'migrations.config.mjs': `export default { directory: 'sql', table: process.env.HISTORY };`,
    });
    expect(await inProject(['migrate', '--env-file', '.env', '--to', '001'])).toMatchObject({ code: 0 });
    expect(await applied()).toEqual({ '001_a.sql': 'applied' });
    expect(await settings(['--env-file', '.env'], { HISTORY: 'public.other' })).toMatchObject({
      table: { value: 'public.other' },
      connectionString: { source: 'DATABASE_URL' },
    });
    const waited = await inProject(['wait', '--timeout', '0', '--env-file', '.env']);
    expect(waited.stderr).toContain('`nest-migrations migrate --env-file .env`');
  });
});
