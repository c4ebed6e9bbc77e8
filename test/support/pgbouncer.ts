import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, chown, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { afterAll } from '@jest/globals';
import { serverAccount } from '../../tools/embedded-postgres/account.js';
import { freePort } from '../../tools/embedded-postgres/free-port.js';
import { tempDirectory } from './temp-directory.js';
import { until } from './until.js';

const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** Its own connections to the server bear the name of who used them last. */
export function poolerIsRunning(): boolean {
  return running.length > 0;
}

/**
 * A pooler in transaction mode, by Debian's `pgbouncer`, in front of a database. @returns the connection string through
 * it.
 */
export async function startPgBouncer(
  connectionString: string,
  settings: Record<string, string | number> = {},
): Promise<string> {
  const url = new URL(connectionString);
  const directory = await tempDirectory();
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
  running.push(child);
  await until(() => accepts(port));
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return url.href;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
