import { beforeAll, describe, expect, test } from '@jest/globals';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { outcomes } from '../../support/migrator/history-of.js';
import { hostProject } from '../../support/programs/host-project.js';
import { type ProcessResult, runProcess } from '../../support/programs/process.js';
import { FILES } from '../command-line.js';
import { expectSchema } from '../schemas.js';
import { CONFIGURED, NAMED } from './applications.js';

const db = useEmptyDatabase('cli_own_program');
let project = '';
beforeAll(async () => {
  project = await hostProject({
    'package.json': '{ "type": "commonjs" }',
    'dist/app.module.mjs': CONFIGURED,
    'dist/migrations.mjs': `
      import { MigrationsCli } from 'nestjs-pg-migrations/cli';
      import { AppModule } from './app.module.mjs';
      process.exitCode = await MigrationsCli.run(AppModule);
      console.error('returned');
    `,
    'dist/named.js': NAMED,
    'dist/commonjs.js': `
      const { MigrationsCli } = require('nestjs-pg-migrations/cli');
      const { AppModule } = require('./named.js');
      MigrationsCli.run(AppModule, ['node', 'bin/shop-migrations', ...process.argv.slice(2)])
        .then((code) => process.exit(code));
    `,
    'sql/001_a.sql': FILES['001_a.sql'],
  });
});

const program = (file: string, ...args: string[]): Promise<ProcessResult> =>
  runProcess(process.execPath, [file, ...args], { cwd: project, env: { DATABASE_URL: db.connectionString } });

describe('MigrationsCli', () => {
  test('returns the exit codes of commands, and migrates with the options of the module', async () => {
    const pending = await program('dist/migrations.mjs', 'status', '--exit-code');
    expect(pending).toMatchObject({ code: 4, stderr: expect.stringContaining('returned') });
    const migrated = await program('dist/migrations.mjs', 'migrate', '--json');
    expect(migrated.code).toBe(0);
    // The application prints while it is loaded, before the command line starts.
    const [, json = ''] = migrated.stdout.split('loading the application\n');
    await expectSchema('migrate', json);
    expect(migrated.stdout + migrated.stderr).not.toContain('STARTED');
    expect(await outcomes(db, 'public.done')).toEqual({ '001_a.sql': 'applied' });
  });

  test('names the program in messages and help, and does not accept another module', async () => {
    const refused = await program('dist/migrations.mjs', 'mark', '001_a.sql');
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('node dist/migrations.mjs mark 001_a.sql --yes'),
    });
    const { stdout } = await program('dist/commonjs.js', 'wait', '--help');
    expect(stdout).toContain('Usage: shop-migrations wait');
    expect(stdout).toContain('shop-migrations wait --timeout 600');
    expect(await program('dist/commonjs.js', 'verify', '--all')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('run: shop-migrations drift --all --schema'),
    });
    const both = await program('dist/commonjs.js', 'status', '--module', 'dist/named.js');
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown option '--module'") });
  });

  test('runs in CommonJS, on the instance that --name selects', async () => {
    const migrated = await program('dist/commonjs.js', 'migrate', '--name', 'audit');
    expect(migrated.code).toBe(0);
    expect(await outcomes(db, 'public.audit')).toEqual({ '001_a.sql': 'applied' });
    const waited = await program('dist/commonjs.js', 'wait', '--timeout', '0', '--name', 'audit', '--dir', 'gone');
    expect(waited).toMatchObject({ code: 2, stderr: expect.stringContaining('gone cannot be used') });
  });
});
