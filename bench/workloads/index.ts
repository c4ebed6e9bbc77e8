import { manySteps } from '../files/many-steps.js';
import { realisticFiles } from '../files/realistic.js';
import { seedFiles } from '../files/seeds.js';
import { smallFile, smallFiles } from '../files/small.js';
import { FLOORS_IN_PROCESS, OURS, OURS_WITHOUT_CATALOG, PEERS, PEERS_WITH_COMMAND } from '../tool.js';
import { firstRun } from './first-run.js';
import { healthCheck, noOp, noOpCommand, oneNew } from './later-run.js';
import type { Target, Workload } from './workload.js';

const EVERY_TOOL = [OURS, ...FLOORS_IN_PROCESS, ...PEERS];
/** A run that changes something also records the catalog, which no other tool does. */
const EVERY_TOOL_THAT_CHANGES = [OURS, OURS_WITHOUT_CATALOG, ...FLOORS_IN_PROCESS, ...PEERS];
const NETWORK_MS = 11;

const atMost = (limit: number): Target => ({ metric: 'ms', limit, relative: true });

/** The workloads of the table, in its order. */
export const WORKLOADS: readonly Workload[] = [
  noOp({
    name: 'no-op-32',
    title: 'nothing to do, 32 files',
    files: realisticFiles(32),
    reference: 'floor-hash',
    targets: [atMost(1.25)],
    tools: EVERY_TOOL,
  }),
  noOp({
    name: 'no-op-1000',
    title: 'nothing to do, 1,000 files',
    files: seedFiles(1_000),
    reference: 'floor-hash',
    targets: [atMost(1.25)],
    tools: EVERY_TOOL,
  }),
  noOp({
    name: 'no-op-10000',
    title: 'nothing to do, 10,000 files',
    files: seedFiles(10_000),
    reference: 'floor-hash',
    targets: [atMost(1.25)],
    tools: EVERY_TOOL,
  }),
  firstRun({
    name: 'first-32',
    title: 'first run, 32 realistic files',
    files: realisticFiles(32),
    reference: 'floor-each',
    targets: [atMost(1.25), { metric: 'cpuMs', limit: 200 }, { metric: 'peakMb', limit: 70 }],
    tools: EVERY_TOOL_THAT_CHANGES,
  }),
  firstRun({
    name: 'first-1000',
    title: 'first run, 1,000 small files',
    files: smallFiles(1_000),
    reference: 'floor-each',
    targets: [atMost(1)],
    tools: EVERY_TOOL_THAT_CHANGES,
  }),
  oneNew({
    name: 'one-new-1000',
    title: 'one new file on 1,000 applied',
    files: seedFiles(1_000),
    added: smallFile,
    reference: 'floor-hash',
    targets: [atMost(1.3)],
    tools: EVERY_TOOL_THAT_CHANGES,
  }),
  firstRun({
    name: 'network-32',
    title: `first run, 32 realistic files, ${NETWORK_MS} ms round trips`,
    files: realisticFiles(32),
    roundTripMs: NETWORK_MS,
    reference: 'floor-one',
    targets: [atMost(2), { metric: 'roundTrips', limit: 6 }],
    tools: EVERY_TOOL_THAT_CHANGES,
  }),
  healthCheck({
    name: 'health-10000',
    title: 'one of many health checks, 10,000 files',
    files: seedFiles(10_000),
    reference: 'floor-one',
    targets: [{ metric: 'runCpuMs', limit: 1 }],
    tools: [OURS, 'floor-one'],
  }),
  noOpCommand({
    name: 'cli-32',
    title: 'command line, nothing to do, 32 files',
    files: realisticFiles(32),
    reference: 'bare-script',
    targets: [atMost(1.3)],
    tools: [OURS, 'bare-script', ...PEERS_WITH_COMMAND],
  }),
  ...['22', '24'].map((nodeMajor) =>
    noOpCommand({
      name: `cli-32-node-${nodeMajor}`,
      title: `command line, nothing to do, 32 files, Node ${nodeMajor}`,
      files: realisticFiles(32),
      nodeMajor,
      reference: 'bare-script',
      targets: [atMost(1.3)],
      tools: [OURS, 'bare-script'],
    }),
  ),
  firstRun({
    name: 'many-steps',
    title: '10,001 statements without a transaction',
    files: manySteps(),
    reference: 'psql',
    targets: [],
    tools: [OURS, 'psql'],
  }),
];
