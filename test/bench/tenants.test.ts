import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { TenantsResults } from '../../bench/tenants/page.js';
import { repositoryRoot, runProcess, typescriptArguments } from '../support/programs/process.js';
import { tempDirectory } from '../support/files/temp-directory.js';

test('the benchmark of tenants measures each work, and renders what it measured', async () => {
  const json = join(await tempDirectory(), 'results.json');
  const few = ['--schemas', '3', '--databases', '2', '--applied', '4', '--rounds', '1', '--only', 'loop,fleet-4'];
  const { code, stdout, stderr } = await runProcess(
    process.execPath,
    [...typescriptArguments, 'bench/tenants/run.ts', ...few, '--json', json],
    { cwd: repositoryRoot, timeoutMs: 150_000 },
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { results } = JSON.parse(await readFile(json, 'utf8')) as { results: TenantsResults };
  for (const { series } of [results.schemas, results.databases]) {
    expect(series.map(({ work, tool, measurements }) => [work, tool, measurements.length])).toEqual(
      ['first run', 'nothing to do', 'one new file'].flatMap((work) => [
        [work, 'loop', 1],
        [work, 'fleet-4', 1],
      ]),
    );
    for (const { measurements } of series)
      expect(measurements.every(({ ms, cpuMs, peakMb }) => ms > 0 && cpuMs > 0 && peakMb > 0)).toBe(true);
  }
  expect(results.applied).toMatchObject({ tenants: 4, files: 30 });
  expect(stdout).toContain('### 3 schemas in one database\n\n| work ');
  expect(stdout).toContain('### Nothing to do for 4 tenants with 30 files each\n\n| tool ');
  expect(stdout).not.toMatch(/NaN|Infinity|undefined/);
}, 180_000);
