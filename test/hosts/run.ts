/**
 * `npm run test:hosts`: applications that install the tarball as users do, on every version of Node that we support.
 * They run apart from the other tests, because they install other versions of NestJS.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { pack } from '../../tools/package/pack.js';
import { startEphemeralServer } from '../support/server/ephemeral-server.js';
import { HOSTS } from './hosts.js';
import { nodeExecutables } from './node-versions.js';
import { createProject } from './project.js';
import { followReadme } from './quick-start.js';
import { configuresTheCommandLine, createDatabase, passesItsTests, runsInProduction } from './requirements.js';
import { setUpBySchematics } from './schematics.js';
import { sharesItsPool } from './shared-pool.js';

// On a busy machine, starting an application takes longer than the default of both runners.
const JEST_FLAGS = ['--detectOpenHandles', '--testTimeout=60000'];
const VITEST_FLAGS = ['--testTimeout=60000', '--hookTimeout=60000'];

const directory = await mkdtemp(path.join(tmpdir(), 'migrations-hosts-'));
const server = await startEphemeralServer();
const { tarball } = await pack(directory);
const nodes = nodeExecutables();

after(async () => {
  await server.remove();
  await rm(directory, { recursive: true });
});

void describe('an application', { concurrency: 2 }, () => {
  void test('made from an empty folder, the tarball and the README has a green /health', async () => {
    await followReadme({
      folder: path.join(directory, 'quick-start'),
      tarball,
      databaseUrl: await createDatabase(server),
    });
  });

  for (const nest of [11, 12] as const) {
    void test(`of the command line of NestJS ${nest} is set up by our schematics`, async () => {
      await setUpBySchematics({
        nest,
        folder: path.join(directory, `schematics-${nest}`),
        tarball,
        databaseUrl: await createDatabase(server),
      });
    });
  }

  void test('shares its pool with other libraries as the recipe says', () =>
    sharesItsPool(path.join(directory, 'shared-pool'), tarball, () => createDatabase(server)));

  for (const host of HOSTS) {
    void test(`on ${host.name}, with ${host.adapter}`, async (context) => {
      const folder = path.join(directory, host.name.replaceAll(' ', '-').toLowerCase());
      await context.test('installs and compiles', () => createProject(host, folder, tarball));
      for (const [major, node] of nodes) {
        await context.test(`runs on Node ${major}`, () => runsInProduction({ node, folder, server }));
        await context.test(`configures the command line on Node ${major}`, () =>
          configuresTheCommandLine({ node, folder, server }),
        );
        const skip = major < (host.testsNeed?.node ?? 0) && host.testsNeed?.because;
        await context.test(`passes its end-to-end test on Node ${major}`, { skip: skip ?? false }, () =>
          passesItsTests({ node, folder, server }, host.jest ? JEST_FLAGS : VITEST_FLAGS),
        );
      }
    });
  }
});
