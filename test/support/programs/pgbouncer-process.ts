import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverAccount } from '../../../src/testing/embedded/account.js';
import { freePort } from '../../../src/testing/embedded/free-port.js';
import { until } from '../jest/until.js';

export interface PgBouncer {
  /** The same database, by way of the pooler. */
  readonly connectionString: string;
  stop(): Promise<void>;
}

/** A pooler in transaction mode, by Debian's `pgbouncer`, in front of a database. */
export async function launchPgBouncer(
  connectionString: string,
  settings: Record<string, string | number> = {},
): Promise<PgBouncer> {
  const url = new URL(connectionString);
  const directory = await mkdtemp(join(tmpdir(), 'migrations-pgbouncer-'));
  const port = await freePort();
  const lines = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'trust',
    auth_file: `${directory}/users`,
    pool_mode: 'transaction',
    default_pool_size: 5,
    max_client_conn: 500,
    ...settings,
  };
  await writeFile(`${directory}/users`, `"${url.username}" "${url.password}"\n`);
  await writeFile(
    `${directory}/pgbouncer.ini`,
    `[databases]\n* = host=${url.hostname} port=${url.port}\n[pgbouncer]\n` +
      Object.entries(lines)
        .map(([name, value]) => `${name} = ${value}\n`)
        .join(''),
  );
  const account = await serverAccount(); // it refuses root, too
  await chmod(directory, 0o755);
  if (account) await chown(directory, account.uid, account.gid);
  const child = spawn('pgbouncer', ['-q', `${directory}/pgbouncer.ini`], {
    stdio: 'ignore',
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
    ...account,
  });
  const closed = once(child, 'close').catch(() => {});
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
    await rm(directory, { recursive: true, force: true });
  };
  await until(() => accepts(port)).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return { connectionString: url.href, stop };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
