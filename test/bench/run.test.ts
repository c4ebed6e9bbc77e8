import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { repositoryRoot, runProcess, typescriptArguments } from '../support/programs/process.js';
import { tempDirectory } from '../support/files/temp-directory.js';

test('the benchmark measures what it is asked for, in fresh processes, and writes every measurement', async () => {
  const json = join(await tempDirectory(), 'results.json');
  const asked = ['--workload', 'first-32', '--only', 'ours,floor-each', '--rounds', '1'];
  const { code, stdout, stderr } = await runProcess(
    process.execPath,
    [...typescriptArguments, 'bench/run.ts', ...asked, '--json', json],
    { cwd: repositoryRoot, timeoutMs: 80_000 },
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/first-32: first run, 32 realistic files\n\| tool /);

  const { results } = JSON.parse(await readFile(json, 'utf8')) as {
    results: { summary: { name: string }; series: { tool: string; measurements: { ms: number; cpuMs: number }[] }[] }[];
  };
  expect(results.map(({ summary }) => summary.name)).toEqual(['first-32']);
  for (const { series } of results) {
    expect(series.map(({ tool }) => tool)).toEqual(['ours', 'floor-each']);
    for (const { measurements } of series) {
      expect(measurements).toHaveLength(1);
      expect(measurements.every(({ ms, cpuMs }) => ms > 0 && cpuMs > 0)).toBe(true);
    }
  }
});
