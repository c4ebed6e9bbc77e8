import { parseArgs } from 'node:util';
import { NEWEST } from '../tools/postgres-binaries.js';
import { TOOL_NAMES } from './tool.js';
import { WORKLOADS } from './workloads/index.js';
import type { Workload } from './workloads/workload.js';

export const USAGE = `npm run bench -- [options]

  --workload <names>     only these, by comma: ${WORKLOADS.map(({ name }) => name).join(', ')}
  --only <names>         only these tools, by comma: ${TOOL_NAMES.join(', ')}
  --checkout <folder>    measure the build in another checkout of this library too; may be repeated
  --rounds <number>      measurements of each tool, after a first one that is dropped (default: 7)
  --postgres <version>   major version of the server (default: ${NEWEST})
  --node <version>       run the measured processes on another version of Node, which npx brings
  --json <file>          where to write every measurement (default: bench/results.json)
  --docs                 write the tables into docs/performance.md and docs/comparison.md; needs every workload`;

export interface BenchOptions {
  readonly workloads: readonly Workload[];
  /** Names of tools; undefined for those of each workload. */
  readonly only: readonly string[] | undefined;
  readonly checkouts: readonly string[];
  readonly rounds: number;
  readonly postgres: string;
  readonly node: string | undefined;
  readonly json: string;
  readonly docs: boolean;
}

/** @throws Error that says what is wrong with them, or what the program does if help is asked for */
export function parseOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      workload: { type: 'string' },
      only: { type: 'string' },
      checkout: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '7' },
      postgres: { type: 'string', default: NEWEST },
      node: { type: 'string' },
      json: { type: 'string', default: 'bench/results.json' },
      docs: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new Error('Compares this library with other tools.');
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${values.rounds}: expected a number from 1.`);
  if (values.docs && (values.workload ?? values.node) !== undefined) {
    throw new Error('--docs needs every workload, on the Node that runs this.');
  }
  const names = listOf(
    'workload',
    values.workload,
    WORKLOADS.map(({ name }) => name),
  );
  return {
    ...values,
    workloads: WORKLOADS.filter(({ name }) => names?.includes(name) ?? true),
    only: listOf('only', values.only, TOOL_NAMES),
    checkouts: values.checkout,
    rounds,
    node: values.node,
  };
}

function listOf(option: string, given: string | undefined, known: readonly string[]): string[] | undefined {
  const names = given?.split(',');
  const unknown = names?.filter((name) => !known.includes(name)) ?? [];
  if (unknown.length > 0) throw new Error(`--${option} ${unknown.join()}: expected some of ${known.join(', ')}.`);
  return names;
}
