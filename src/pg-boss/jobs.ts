import { createHash } from 'node:crypto';
import { portable, revived, type PortableError } from '../core/tenants/portable-error.js';
import type { TenantResult } from '../core/tenants/report.js';

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
type PortableResult = Omit<TenantResult, 'error'> & { readonly error?: PortableError };

/** The output of a job. */
export function outputOf({ error, ...result }: TenantResult): object {
  const output: PortableResult = { ...result, ...(error && { error: portable(error) }) };
  return JSON.parse(JSON.stringify(output).replaceAll('\\u0000', '')) as object; // PostgreSQL stores no zero byte
}

/** The result in the output of a job; undefined if a worker did not write it. */
export function resultOf(output: unknown): TenantResult | undefined {
  if (typeof output !== 'object' || output === null || !('outcome' in output)) return undefined;
  const { error, ...result } = output as PortableResult;
  return {
    ...result,
    runId: result.runId ?? undefined,
    group: result.group ?? undefined,
    ...(error && { error: revived(error) }),
  };
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

  /** @param fleet equal for all processes. */
  constructor(fleet: string) {
    const own = `nest-migrations-${digest(fleet, 8)}`;
    this.prefix = `${own}-tenants-`;
    this.deadLetter = `${own}-dead-letter`;
    this.rollouts = `${own}-rollouts`;
  }

  /** For the tenants of one server. Workers with other files must not see their jobs, so those have other queues. */
  tenants(server: string, files: string): string {
    return `${this.prefix}${digest(`${server}\0${files}`, 12)}`;
  }
}

function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
