import { describe, expect, test } from '@jest/globals';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { withClient } from '../../support/database/database.js';
import { migrationsDirectory, tempDirectory } from '../../support/files/temp-directory.js';
import { writeFiles } from '../../support/files/write-files.js';
import { usePasswordServer } from '../../postgres/connection/password-server.js';
import { PASSWORD } from '../../postgres/connection/secrets.js';
import { FILES, run } from '../command-line.js';

const app = usePasswordServer();

/** The server as PostgreSQL environment variables, without the password. */
function variables(): Record<string, string> {
  const { hostname, port, username, pathname } = new URL(app.appUrl());
  return { PGHOST: hostname, PGPORT: port, PGUSER: username, PGDATABASE: pathname.slice(1) };
}

describe('without a URL', () => {
  test('the PostgreSQL variables and the password file determine the connection', async () => {
    const dir = await migrationsDirectory(FILES);
    const home = await tempDirectory();
    // In this file, a colon and a backslash of a password are escaped.
    await writeFiles(home, { passwords: `*:*:app:app:${PASSWORD.replace(/[:\\]/g, '\\$&')}\n` });
    await chmod(join(home, 'passwords'), 0o600);
    const env = { ...variables(), PGPASSFILE: join(home, 'passwords'), PGPASSWORD: undefined };
    expect(await run(['migrate', '--dir', dir], { env })).toMatchObject({ code: 0, stderr: '' });
    const applied = await withClient(app.appUrl(), (client) => client.query('SELECT * FROM shared.schema_migrations'));
    expect(applied.rowCount).toBe(2);
    const wrong = await run(['status', '--dir', dir], { env: { ...env, PGPASSFILE: join(home, 'none') } });
    expect(wrong).toMatchObject({ code: 3, stderr: expect.stringContaining('password') });
    const given = await run(['status', '--dir', dir], { env: { ...env, PGPASSFILE: undefined, PGPASSWORD: PASSWORD } });
    expect(given.code).toBe(0);
  });

  test('a URL is used instead of them, and config names them', async () => {
    const dir = await migrationsDirectory(FILES);
    const env = { ...variables(), PGDATABASE: 'none', DATABASE_URL: app.appUrl() };
    expect((await run(['status', '--dir', dir], { env })).code).toBe(0);
    const { stdout } = await run(['config', '--json'], { env: { ...env, DATABASE_URL: undefined } });
    const { settings } = JSON.parse(stdout) as { settings: unknown[] };
    expect(settings).toContainEqual({
      option: 'connection',
      value: {},
      source: 'the variables PGHOST, PGDATABASE, …',
    });
  });
});
