import type { Circumstances } from '../../../bench/machine.js';
import type { Row, Summary } from '../../../bench/summary.js';

export const measuredOn: Circumstances = {
  date: '2026-01-31',
  cpu: '2 × some CPU',
  memoryGb: 8,
  platform: 'linux x64',
  node: 'v20.20.2',
  postgres: '18.4',
  rounds: 7,
  peers: ['knex 3.3.0'],
};

export const row = (tool: string, ms: number): Row => ({
  tool,
  ms,
  lowestMs: ms,
  ratio: ms / 10,
  runCpuMs: undefined,
  cpuMs: undefined,
  peakMb: undefined,
  traffic: undefined,
});

export const summary = (rows: Row[], name = 'work'): Summary => ({
  name,
  title: `some ${name}`,
  reference: 'floor-hash',
  rows,
  targets: [{ metric: 'ms', limit: 1.25, relative: true, value: 12, ratio: 1.2, met: true }],
});
