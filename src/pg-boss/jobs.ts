import { createHash } from 'node:crypto';
import { portable, revived, type PortableError } from '../core/tenants/portable-error.js';
import type { TenantResult } from '../core/tenants/report.js';
import { MAIN_DATABASE, type TenantPlace } from '../core/tenants/tenant.js';

/** What a job says. It contains no connection: a worker finds the tenant in its own list. */
export interface TenantJob {
  readonly rollout: string;
  /** The part of the rollout that was given to the engine at once. */
  readonly part: string;
  readonly tenant: string;
  /** How many tenants of the part may fail until the others are withdrawn; null without a limit. */
  readonly failuresLeft: number | null;
}

/** A result as JSON. */
type PortableResult = Omit<TenantResult, 'error'> & {
  readonly error?: PortableError;
  /** How often the tenant was tried before. */
  readonly attempt: number;
};

/** A result that a worker wrote into the output of a job. */
export interface ReportedResult {
  readonly result: TenantResult;
  readonly attempt: number;
}

/** The output of a job. @param attempt how often the tenant was tried before. */
export function outputOf({ error, ...result }: TenantResult, attempt: number): object {
  const output: PortableResult = { ...result, ...(error && { error: portable(error) }), attempt };
  return JSON.parse(JSON.stringify(output, (_, value: unknown) => storable(value))) as object;
}

/** The result in the output of a job; undefined if a worker did not write it. */
export function reportIn(output: unknown): ReportedResult | undefined {
  if (typeof output !== 'object' || output === null || !('outcome' in output)) return undefined;
  const { error, attempt, ...given } = output as PortableResult;
  const result = { ...given, runId: given.runId ?? undefined, group: given.group ?? undefined };
  try {
    return { result: { ...result, ...(error && { error: revived(error) }) }, attempt };
  } catch {
    return { result: { ...result, error: new Error('The worker reported an error that cannot be read') }, attempt };
  }
}

/** PostgreSQL's JSON stores neither NUL characters nor lone surrogates. */
function storable(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\0|\p{Surrogate}/gu, '\ufffd') : value;
}

/** True for the data of our jobs. */
export function isTenantJob(data: unknown): data is TenantJob {
  return typeof data === 'object' && data !== null && 'tenant' in data && 'part' in data;
}

/** The queues of one fleet. pg-boss allows 50 characters of a name. */
export class QueueNames {
  /** Those for tenants begin with it, and no others. */
  readonly prefix: string;
  /** For the jobs that have failed for good. */
  readonly deadLetter: string;
  /** For the rollouts themselves. */
  readonly rollouts: string;

  /**
   * @param fleet equal for all processes.
   * @param isElsewhere true if the queue is not in the database of the shared files.
   */
  constructor(
    fleet: string,
    private readonly isElsewhere: boolean,
  ) {
    const own = `nest-migrations-${digest(fleet, 8)}`;
    this.prefix = `${own}-tenants-`;
    this.deadLetter = `${own}-dead-letter`;
    this.rollouts = `${own}-rollouts`;
  }

  /** For the tenants of one server. Workers with other files must not see their jobs, so those have other queues. */
  tenants(place: TenantPlace, files: string): string {
    return `${this.prefix}${digest(`${this.serverIn(place)}\0${files}`, 12)}`;
  }

  /**
   * The server that a worker must know by the same name. Empty for tenants in the database of the queue itself: processes
   * may connect to it under different names, for example through a tunnel.
   */
  serverIn({ database, server }: TenantPlace): string {
    return database === MAIN_DATABASE && !this.isElsewhere ? '' : server;
  }
}

function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
