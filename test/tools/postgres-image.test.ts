import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PostgreSqlContainer, type StartedPostgreSqlContainer } from '@testcontainers/postgresql';
import { LOCAL_IMAGE } from '../../tools/postgres-image/image-name.js';
import { withClient } from '../support/database/database.js';
import { hasImage } from '../support/server/docker-image.js';
import { skipAloud } from '../support/jest/needs.js';
import { runProcess } from '../support/programs/process.js';

const describeWithImage = (await hasImage(LOCAL_IMAGE))
  ? describe
  : skipAloud(`no Docker engine has ${LOCAL_IMAGE} (npm run docker:image)`);

describeWithImage(LOCAL_IMAGE, () => {
  let container: StartedPostgreSqlContainer;
  const ask = (sql: string): Promise<unknown[]> =>
    withClient(container.getConnectionUri(), async (client) =>
      (await client.query({ text: sql, rowMode: 'array' })).rows.flat(),
    );

  beforeAll(async () => {
    process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
    container = await new PostgreSqlContainer(LOCAL_IMAGE)
      .withUsername('some-one')
      .withPassword('se-cret')
      .withDatabase('a.b-c')
      .withCommand(['-c', 'work_mem=7MB'])
      .start();
  }, 90_000);

  afterAll(() => container?.stop());

  test('has the superuser and the database that were asked for', async () => {
    expect(
      await ask(`SELECT current_database()::text, rolname::text, rolsuper FROM pg_roles WHERE rolname = current_user`),
    ).toEqual(['a.b-c', 'some-one', true]);
  });

  test('passes arguments on to the server', async () => {
    expect(await ask('SHOW work_mem')).toEqual(['7MB']);
  });

  test('asks for the password', async () => {
    const url = new URL(container.getConnectionUri());
    url.password = 'wrong';
    await expect(withClient(url.href, async () => {})).rejects.toMatchObject({ code: '28P01' });
  });

  test('does not run as root', async () => {
    expect((await container.exec(['id', '-un'])).output.trim()).toBe('postgres');
  });

  test('keeps its data over a restart', async () => {
    await ask('CREATE TABLE kept AS SELECT 42 AS n');
    await container.restart();
    expect(await ask('SELECT n FROM kept')).toEqual([42]);
  });

  test('wants a password for its superuser', async () => {
    const { code, stderr } = await runProcess('docker', ['run', '--rm', '--network=none', LOCAL_IMAGE]);
    expect(code).toBe(1);
    expect(stderr).toContain('POSTGRES_PASSWORD is not set');
  });

  test('does not start with a database that could not be made', async () => {
    const env = ['--env=POSTGRES_PASSWORD=x', '--env=POSTGRES_DB=template0'];
    const { code, stdout } = await runProcess('docker', ['run', '--rm', '--network=none', ...env, LOCAL_IMAGE]);
    expect(code).toBe(1);
    expect(stdout).toContain('database "template0" already exists');
  });
});
