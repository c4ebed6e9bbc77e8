import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { LOCAL_IMAGE } from '../../../tools/postgres-image/image-name.js';

const run = promisify(execFile);
const PATIENCE_MS = 5_000;

/**
 * A postgres image that the local Docker engine already has: the one asked for with `TEST_POSTGRES_IMAGE_TAG`, else the
 * official one, else the one of `npm run docker:image`. Nothing is ever pulled: a test run must not need a network.
 */
export async function localPostgresImage(): Promise<string | undefined> {
  if (!process.env['DOCKER_HOST'] && !existsSync('/var/run/docker.sock')) return undefined;
  const tag = process.env['TEST_POSTGRES_IMAGE_TAG'];
  for (const image of tag ? [`postgres:${tag}`] : ['postgres:latest', LOCAL_IMAGE]) {
    if (await docker('image', 'inspect', '--format', '{{.Id}}', image)) return image;
  }
  return undefined;
}

export async function hasImage(repository: string): Promise<boolean> {
  return Boolean(await docker('image', 'ls', '--quiet', repository));
}

/** What the command printed; empty when there is no docker command, no engine, or no such thing. */
async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run('docker', args, { timeout: PATIENCE_MS }).catch(() => ({ stdout: '' }));
  return stdout.trim();
}
