import { describe, expect, test } from '@jest/globals';
import type { Measurement } from '../../bench/measurement.js';
import type { Series } from '../../bench/rounds.js';
import { summarize } from '../../bench/summary.js';
import { renderTools, renderVerdict } from '../../bench/table.js';
import type { Target, Workload } from '../../bench/workloads/workload.js';

const series = (tool: string, times: number[], rest: Partial<Measurement> = {}): Series => ({
  tool,
  measurements: times.map((ms) => ({ ms, ...rest })),
});

const prepare = (): never => {
  throw new Error('nothing is measured here');
};

function workload(...targets: Target[]): Workload {
  return { name: 'work', title: 'some work', reference: 'floor-hash', targets, tools: [], prepare };
}

const RELATIVE: Target = { metric: 'ms', limit: 1.25, relative: true };
const traffic = { connections: 1, roundTrips: 7, statements: 9, bytesSent: 100, bytesReceived: 200 };

describe('a summary', () => {
  test('has medians, the lowest value and the ratio to the reference, the fastest tool first', () => {
    const { rows } = summarize(workload(), [series('ours', [30, 10, 20]), series('floor-hash', [9, 11, 7, 100])]);
    expect(rows.map(({ tool, ms, lowestMs, ratio }) => [tool, ms, lowestMs, ratio])).toEqual([
      ['floor-hash', 10, 7, 1],
      ['ours', 20, 10, 2],
    ]);
  });

  test.each<[string, Target, number, boolean]>([
    ['relative one that is exceeded', RELATIVE, 12.6, false],
    ['relative one that is just reached', RELATIVE, 12.5, true],
    ['one of CPU time that is exceeded', { metric: 'cpuMs', limit: 199 }, 10, false],
    ['one of CPU time that is just reached', { metric: 'cpuMs', limit: 200 }, 10, true],
    ['one of round trips that is exceeded', { metric: 'roundTrips', limit: 6 }, 10, false],
  ])('judges a target: %s', (_name, target, ms, met) => {
    const measured = [series('ours', [ms], { cpuMs: 200, traffic }), series('floor-hash', [10])];
    expect(summarize(workload(target), measured).targets.map((verdict) => verdict.met)).toEqual([met]);
  });

  test('judges nothing relative when the reference was not measured, and nothing at all without ours', () => {
    expect(summarize(workload(RELATIVE), [series('ours', [10])]).targets).toEqual([]);
    expect(summarize(workload(RELATIVE), [series('floor-hash', [10])]).targets).toEqual([]);
  });
});

test('a table leaves out the columns that no tool has a value for', () => {
  const summary = summarize(workload(RELATIVE), [series('ours', [13], { cpuMs: 50.4 }), series('floor-hash', [10])]);
  expect(renderTools(summary)).toBe(
    [
      '| tool       |   ms | lowest | × floor-hash | CPU ms |',
      '|------------|-----:|-------:|-------------:|-------:|',
      '| floor-hash | 10.0 |   10.0 |         1.00 |      – |',
      '| ours       | 13.0 |   13.0 |         1.30 |     50 |',
    ].join('\n'),
  );
  expect(summary.targets.map((verdict) => renderVerdict(summary, verdict))).toEqual([
    'Target: at most 1.25 × floor-hash. Ours: 13.0 ms, 1.30 ×: missed.',
  ]);
});
