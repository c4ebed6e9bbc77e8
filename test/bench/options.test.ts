import { expect, test } from '@jest/globals';
import { parseOptions } from '../../bench/options.js';
import { WORKLOADS } from '../../bench/workloads/index.js';

test('without options, everything is measured', () => {
  expect(parseOptions([])).toMatchObject({ workloads: WORKLOADS, only: undefined, rounds: 7, docs: false });
});

test('workloads and tools can be chosen', () => {
  const { workloads, only } = parseOptions(['--workload', 'first-32,no-op-32', '--only', 'ours,floor-hash']);
  expect(workloads.map(({ name }) => name)).toEqual(['no-op-32', 'first-32']);
  expect(only).toEqual(['ours', 'floor-hash']);
});

test.each([
  [['--workload', 'no-op-33'], '--workload no-op-33: expected some of no-op-32,'],
  [['--only', 'ours,flyway'], '--only flyway: expected some of ours,'],
  [['--rounds', '0'], '--rounds 0: expected a number from 1'],
  [['--docs', '--workload', 'first-32'], '--docs needs every workload'],
  [['--fast'], "Unknown option '--fast'"],
])('%j is refused', (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});

test('each workload has a name of its own, and a reference among its tools', () => {
  expect(new Set(WORKLOADS.map(({ name }) => name)).size).toBe(WORKLOADS.length);
  expect(WORKLOADS.filter(({ tools, reference }) => !tools.includes(reference))).toEqual([]);
});
