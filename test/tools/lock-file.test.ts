import { expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runProcess } from '../support/programs/process.js';
import { tempDirectory } from '../support/files/temp-directory.js';

const TOOL = pathToFileURL(join(import.meta.dirname, '../../tools/lock-file.mjs')).href;

/** Fails if another process is at work. */
const WORKER = `
  import { mkdirSync, rmdirSync } from 'node:fs';
  import { setTimeout as pause } from 'node:timers/promises';
  import { withLockFile } from ${JSON.stringify(TOOL)};
  for (let i = 0; i < 5; i++)
    await withLockFile('lock', async () => {
      mkdirSync('at-work');
      await pause(10);
      rmdirSync('at-work');
    });
`;

test('one process works at a time, also after one has died with the lock', async () => {
  const cwd = await tempDirectory();
  await writeFile(join(cwd, 'worker.mjs'), WORKER);
  const dead = await runProcess(process.execPath, ['-p', 'process.pid'], { cwd });
  await writeFile(join(cwd, 'lock'), dead.stdout.trim());
  const workers = await Promise.all([1, 2, 3].map(() => runProcess(process.execPath, ['worker.mjs'], { cwd })));
  expect(workers).toMatchObject([{ code: 0 }, { code: 0 }, { code: 0 }]);
});
