import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { installPackage } from '../tools/install-package.js';
import type { MigrationFile } from './files/migration-file.js';

/** What a tool is asked to migrate. */
export interface Job {
  readonly connectionString: string;
  readonly directory: string;
}

/** What an adapter exports. */
interface Adapter {
  /** Writes the files the way the tool reads them; may be called again with more of them. */
  write(directory: string, files: readonly MigrationFile[]): void;
  /** Why the tool cannot be measured on this machine, if it cannot. */
  missing?(): string | undefined;
  /** The work is done by another program, so that CPU time and memory of the measured process say nothing. */
  readonly external?: true;
  /** Counts the applied migrations. */
  readonly history?: string;
  /** The tool's command line. */
  command?(job: Job): {
    /** Default: Node. */
    readonly program?: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  };
}

/** A tool that can be measured: ours, a floor, or a peer. */
export interface Tool extends Adapter {
  readonly name: string;
  readonly adapterUrl: string;
  /** Environment of the measured process. */
  readonly env: Readonly<Record<string, string>>;
}

export const OURS = 'ours';
/** Ours with `catalog: false`. */
export const OURS_WITHOUT_CATALOG = 'ours-without-catalog';
export const FLOORS_IN_PROCESS = ['floor-one', 'floor-hash', 'floor-each'];
const FLOORS = [...FLOORS_IN_PROCESS, 'bare-script'];
export const PEERS: readonly string[] = [
  'dbmate',
  'drizzle',
  'graphile-migrate',
  'knex',
  'kysely',
  'node-pg-migrate',
  'postgres-migrations',
  'postgrator',
  'typeorm',
  'umzug',
];
export const PEERS_WITH_COMMAND: readonly string[] = ['dbmate', 'graphile-migrate', 'node-pg-migrate'];

export const TOOL_NAMES: readonly string[] = [OURS, OURS_WITHOUT_CATALOG, ...FLOORS, 'psql', ...PEERS];

/**
 * Loads the adapters by name, and installs the peers if one of them is asked for.
 *
 * @param checkouts other checkouts of this library, each measured as a tool of its own
 */
export async function loadTools(names: readonly string[], checkouts: readonly string[]): Promise<Tool[]> {
  if (names.some((name) => PEERS.includes(name))) installPackage('bench');
  const others = checkouts.map((checkout) => {
    const path = resolve(checkout);
    if (!existsSync(`${path}/dist`)) throw new Error(`${path} is not built: run npm run build there.`);
    return loadTool(`${OURS}@${checkout}`, placeOf(OURS), { BENCH_CHECKOUT: path });
  });
  return Promise.all([...names.map((name) => loadTool(name, placeOf(name), envOf(name))), ...others]);
}

function envOf(name: string): Record<string, string> {
  return name === OURS_WITHOUT_CATALOG ? { BENCH_CATALOG: 'off' } : {};
}

function placeOf(name: string): string {
  if (name === OURS_WITHOUT_CATALOG) return OURS;
  if (FLOORS.includes(name)) return `floors/${name}`;
  return PEERS.includes(name) ? `peers/${name}` : name;
}

async function loadTool(name: string, place: string, env: Record<string, string>): Promise<Tool> {
  const adapterUrl = new URL(`adapters/${place}.mjs`, import.meta.url).href;
  return { ...((await import(adapterUrl)) as Adapter), name, adapterUrl, env };
}
