import { parseArgs } from 'node:util';
import { TOOLS, type TenantsTool } from './tools.js';

const NAMES = TOOLS.map(({ name }) => name);

export const USAGE = `npm run bench:tenants -- [options]

  --schemas <number>    tenants with a schema in one database (default: 2000)
  --databases <number>  tenants with a database on one of two servers (default: 50)
  --applied <number>    tenants with 30 applied files and nothing to do (default: 5000)
  --only <names>        only these tools, by comma: ${NAMES.join(', ')}
  --rounds <number>     measurements of each tool, after a first one that is dropped (default: 3)
  --json <file>         where to write every measurement (default: bench/tenants-results.json)
  --docs                write the tables into docs/performance.md`;

export interface TenantsBenchOptions {
  readonly schemas: number;
  readonly databases: number;
  readonly applied: number;
  readonly tools: readonly TenantsTool[];
  readonly rounds: number;
  readonly json: string;
  readonly docs: boolean;
}

/** @throws Error that says what is wrong with them, or what the program does if help is asked for */
export function readOptions(args: string[]): TenantsBenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      schemas: { type: 'string', default: '2000' },
      databases: { type: 'string', default: '50' },
      applied: { type: 'string', default: '5000' },
      only: { type: 'string', default: NAMES.join(',') },
      rounds: { type: 'string', default: '3' },
      json: { type: 'string', default: 'bench/tenants-results.json' },
      docs: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new Error('Measures rollouts over many tenants, next to the loop that everyone writes.');
  const count = (name: 'schemas' | 'databases' | 'applied' | 'rounds'): number => {
    const number = Number(values[name]);
    if (Number.isInteger(number) && number > 0) return number;
    throw new Error(`--${name} ${values[name]}: expected a number from 1.`);
  };
  return {
    schemas: count('schemas'),
    databases: count('databases'),
    applied: count('applied'),
    tools: toolsNamed(values.only.split(',')),
    rounds: count('rounds'),
    json: values.json,
    docs: values.docs,
  };
}

function toolsNamed(names: readonly string[]): TenantsTool[] {
  const unknown = names.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join()}: expected some of ${NAMES.join(', ')}.`);
  return TOOLS.filter(({ name }) => names.includes(name));
}
