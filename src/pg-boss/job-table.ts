import { quoteIdentifier } from '../core/sql/text/quote.js';
import type { Database } from './boss.js';

/** A job that has ended, or was withdrawn. */
export interface EndedJob {
  readonly id: string;
  readonly state: 'completed' | 'failed' | 'cancelled';
  readonly output: unknown;
  readonly retryCount: number;
  /** True if a worker has ever taken it. */
  readonly wasStarted: boolean;
}

/** How many jobs of a part are held by workers, can be taken by one, and have not ended. */
export interface Load {
  readonly active: number;
  readonly due: number;
  readonly open: number;
}

/** A rollout, as a job that no worker takes. */
export interface StoredRollout {
  readonly id: string;
  readonly data: unknown;
  readonly createdOn: Date;
  /** True if its process has sent no heartbeat for a long time. */
  readonly isSilent: boolean;
}

/**
 * Statements on the documented table of jobs, for what pg-boss has no call for: it reads single jobs only, and retries
 * any failure.
 */
export class JobTable {
  private readonly table: string;
  private readonly queues: string;

  /** @param schema that of pg-boss. */
  constructor(
    private readonly db: Database,
    schema: string,
  ) {
    this.table = `${quoteIdentifier(schema)}.job`;
    this.queues = `${quoteIdentifier(schema)}.queue`;
  }

  async ended(queues: readonly string[], ids: readonly string[]): Promise<readonly EndedJob[]> {
    const rows = await this.rows(
      `SELECT id, state, output, retry_count, started_on IS NOT NULL AS started FROM ${this.table}
        WHERE name = ANY($1) AND id = ANY($2::uuid[]) AND state IN ('completed', 'failed', 'cancelled')`,
      [queues, ids],
    );
    return rows.map((row) => ({
      id: String(row['id']),
      state: row['state'] as EndedJob['state'],
      output: row['output'],
      retryCount: Number(row['retry_count']),
      wasStarted: row['started'] === true,
    }));
  }

  /** Of these jobs. After a crash of the server, others may seem open although their results are known. */
  async load(queues: readonly string[], ids: readonly string[]): Promise<Load> {
    const [row] = await this.rows(
      `SELECT count(*) FILTER (WHERE state = 'active') AS active,
              count(*) FILTER (WHERE state < 'active' AND start_after <= pg_catalog.now()) AS due, count(*) AS open
         FROM ${this.table} WHERE name = ANY($1) AND id = ANY($2::uuid[]) AND state < 'completed'`,
      [queues, ids],
    );
    return { active: Number(row?.['active']), due: Number(row?.['due']), open: Number(row?.['open']) };
  }

  /** A heartbeat of the worker that has these jobs. */
  async touch(queue: string, ids: readonly string[]): Promise<void> {
    const text = `UPDATE ${this.table} SET started_on = pg_catalog.now() WHERE name = $1 AND id = ANY($2::uuid[]) AND state = 'active'`;
    await this.rows(text, [queue, ids]);
  }

  /** Jobs whose workers have sent no heartbeat for longer than that, with the number of the attempt. */
  async activeFor(
    queues: readonly string[],
    part: string,
    seconds: number,
  ): Promise<readonly { readonly id: string; readonly attempt: number }[]> {
    const rows = await this.rows(
      `SELECT id, retry_count FROM ${this.table} WHERE name = ANY($1) AND data->>'part' = $2 AND state = 'active'
          AND started_on < pg_catalog.now() - pg_catalog.make_interval(secs => $3)`,
      [queues, part, seconds],
    );
    return rows.map((row) => ({ id: String(row['id']), attempt: Number(row['retry_count']) }));
  }

  /** Those of the jobs that were cancelled. */
  async cancelled(queue: string, ids: readonly string[]): Promise<readonly string[]> {
    const text = `SELECT id FROM ${this.table} WHERE name = $1 AND id = ANY($2::uuid[]) AND state = 'cancelled'`;
    return (await this.rows(text, [queue, ids])).map((row) => String(row['id']));
  }

  /** The next failure of the job is final. */
  async endRetries(queue: string, id: string): Promise<void> {
    const text = `UPDATE ${this.table} SET retry_limit = retry_count WHERE name = $1 AND id = $2 AND state = 'active'`;
    await this.rows(text, [queue, id]);
  }

  /** The output of a job that was cancelled while it was being worked on. */
  async addOutput(queue: string, id: string, output: object): Promise<void> {
    const text = `UPDATE ${this.table} SET output = $3 WHERE name = $1 AND id = $2 AND state = 'cancelled'`;
    await this.rows(text, [queue, id, JSON.stringify(output)]);
  }

  /** Withdraws the jobs of a part that no worker has, and on request the others too. @returns their number. */
  async withdraw(prefix: string, part: string, andActive: boolean): Promise<number> {
    const rows = await this.rows(
      `UPDATE ${this.table} SET state = 'cancelled', completed_on = pg_catalog.now()
        WHERE pg_catalog.starts_with(name, $1) AND data->>'part' = $2
          AND state IN ('created', 'retry'${andActive ? ", 'active'" : ''}) RETURNING id`,
      [prefix, part],
    );
    return rows.length;
  }

  /** How many jobs of a part have failed for good. */
  async failures(prefix: string, part: string): Promise<number> {
    const [row] = await this.rows(
      `SELECT count(*) AS failures FROM ${this.table}
        WHERE pg_catalog.starts_with(name, $1) AND data->>'part' = $2 AND state = 'failed'`,
      [prefix, part],
    );
    return Number(row?.['failures']);
  }

  /** Holds back the jobs of a part that no worker has, or lets them be taken again. */
  async hold(prefix: string, part: string, isHeld: boolean): Promise<void> {
    await this.rows(
      `UPDATE ${this.table} SET start_after = ${isHeld ? "'infinity'" : 'pg_catalog.now()'}
        WHERE pg_catalog.starts_with(name, $1) AND data->>'part' = $2 AND state IN ('created', 'retry')
          AND (start_after = 'infinity') IS DISTINCT FROM ${isHeld}`,
      [prefix, part],
    );
  }

  /** Changes fields in the data of a job. @returns the data; undefined if there is no such job. */
  async merge(queue: string, id: string, changes: object): Promise<unknown> {
    return this.change(queue, id, changes, '$3::jsonb');
  }

  /** The same, with a heartbeat. Its time is that of the server, as the clocks of processes may differ. */
  async mergeSeen(queue: string, id: string, changes: object): Promise<unknown> {
    return this.change(queue, id, changes, `$3::jsonb || pg_catalog.jsonb_build_object('seenAt', pg_catalog.now())`);
  }

  private async change(queue: string, id: string, changes: object, added: string): Promise<unknown> {
    const text = `UPDATE ${this.table} SET data = data || ${added} WHERE name = $1 AND id = $2 AND state < 'completed' RETURNING data`;
    const [row] = await this.rows(text, [queue, id, JSON.stringify(changes)]);
    return row?.['data'];
  }

  /** Queues that have not been used for a week: those of earlier states of the files. */
  async unused(prefix: string): Promise<readonly string[]> {
    const rows = await this.rows(
      `SELECT q.name FROM ${this.queues} q
        WHERE pg_catalog.starts_with(q.name, $1) AND q.created_on < pg_catalog.now() - interval '7 days'
          AND NOT EXISTS (SELECT FROM ${this.table} j WHERE j.name = q.name
                           AND (j.state < 'completed' OR j.created_on > pg_catalog.now() - interval '7 days'))`,
      [prefix],
    );
    return rows.map((row) => String(row['name']));
  }

  /** The rollouts that have not ended, oldest first. @param seconds after which a process without a heartbeat is silent. */
  async rollouts(queue: string, seconds: number): Promise<readonly StoredRollout[]> {
    const rows = await this.rows(
      `SELECT id, data, created_on,
              (data->>'seenAt')::timestamptz < pg_catalog.now() - pg_catalog.make_interval(secs => $2) AS silent
         FROM ${this.table} WHERE name = $1 AND state < 'completed' ORDER BY created_on`,
      [queue, seconds],
    );
    return rows.map((row) => ({
      id: String(row['id']),
      data: row['data'],
      createdOn: new Date(row['created_on'] as string | Date),
      isSilent: row['silent'] === true,
    }));
  }

  /** Deletes the rollouts of processes that sent no heartbeat for that long. @param id of one rollout. @default all */
  async forgetRollouts(queue: string, seconds: number, id?: string): Promise<void> {
    const text =
      `DELETE FROM ${this.table} WHERE name = $1 AND id = coalesce($3, id) ` +
      `AND (data->>'seenAt')::timestamptz < pg_catalog.now() - pg_catalog.make_interval(secs => $2)`;
    await this.rows(text, [queue, seconds, id ?? null]);
  }

  async empty(queue: string): Promise<void> {
    await this.rows(`DELETE FROM ${this.table} WHERE name = $1`, [queue]);
  }

  async delete(queue: string, id: string): Promise<void> {
    await this.rows(`DELETE FROM ${this.table} WHERE name = $1 AND id = $2`, [queue, id]);
  }

  private async rows(text: string, values: readonly unknown[]): Promise<readonly Record<string, unknown>[]> {
    return (await this.db.executeSql(text, values)).rows;
  }
}
