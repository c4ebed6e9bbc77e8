import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryResult } from 'pg';
import { withClient } from '../../test/support/database/database.js';
import { writeFiles } from '../../test/support/files/write-files.js';
import { Random } from '../random.js';
import { type Monitored, MonitorProcess } from './monitor-process.js';
import { type Receiver, startReceiver } from './receiver.js';

/** Leaves time to kill a sender after it has sent its alert and before it gets the answer. */
const ANSWER_AFTER_MS = 30;
const INCIDENTS = 'shared.schema_migrations_incidents';

export interface MonitorsOptions {
  readonly seed: number;
  readonly processes: number;
  /** How many times there is drift while some processes are killed. */
  readonly rounds: number;
}

export interface MonitorsReport {
  readonly processes: number;
  readonly rounds: number;
  readonly kills: number;
  /** Rounds in which the process that had to alert was killed before it did, so that another one alerted later. */
  readonly takenOver: number;
  /** Rounds in which it was killed after it alerted, but before it knew that: five minutes later the alert is repeated. */
  readonly unconfirmed: number;
  /** What is wrong; empty when nothing is. */
  readonly problems: readonly string[];
}

/**
 * Applications that check one database for drift, each in a process of its own. While they check, some are killed and
 * started again. Each drift must cause one alert, and another when it is gone.
 */
export async function proveMonitors(connectionString: string, options: MonitorsOptions): Promise<MonitorsReport> {
  const directory = await mkdtemp(join(tmpdir(), 'migrations-monitors-'));
  const receiver = await startReceiver(ANSWER_AFTER_MS);
  await writeFiles(directory, { '1.sql': 'CREATE TABLE kept (id int)' });
  const monitors = new Monitors({ connectionString, directory, webhook: receiver.url }, receiver, options);
  try {
    return await monitors.prove();
  } finally {
    await monitors.killAll();
    await receiver.close();
    await rm(directory, { recursive: true, force: true });
  }
}

class Monitors {
  private all: MonitorProcess[] = [];
  private readonly random: Random;
  /** How long the last check by all processes took. */
  private checkMs = 0;
  private kills = 0;
  private takenOver = 0;
  private readonly problems: string[] = [];

  constructor(
    private readonly monitored: Monitored,
    private readonly receiver: Receiver,
    private readonly options: MonitorsOptions,
  ) {
    this.random = new Random(options.seed, 0);
  }

  async prove(): Promise<MonitorsReport> {
    const { processes, rounds } = this.options;
    await this.startAll();
    await this.checkAll();
    this.expect('without drift', []);
    const found: string[] = [];
    for (let round = 1; round <= rounds; round++) {
      await this.sql(`CREATE TABLE by_hand_${round} (a integer)`);
      await this.checkWhileKilling();
      found.push(`OBJECT_ADDED Table public.by_hand_${round}`);
      await this.expectOnce(round, found);
    }
    await this.killAll();
    await this.startAll();
    await this.checkAll();
    const alerts = found.map((each) => `found ${each}`);
    this.expect('after all were killed and started again', alerts);

    const unconfirmed = (await this.sql(`SELECT FROM ${INCIDENTS} WHERE NOT delivered`)).rows.length;
    for (let round = 1; round <= rounds; round++) await this.sql(`DROP TABLE by_hand_${round}`);
    await this.age('16 minutes'); // those that last saw it may be dead
    await this.checkAll();
    await this.checkAll();
    this.expect('after the drift was undone', [...alerts, ...found.map((each) => `resolved ${each}`)]);
    const { kills, takenOver, problems } = this;
    return { processes, rounds, kills, takenOver, unconfirmed, problems };
  }

  async killAll(): Promise<void> {
    await Promise.all(this.all.splice(0).map((each) => each.kill()));
  }

  private async startAll(): Promise<void> {
    this.all = Array.from({ length: this.options.processes }, () => new MonitorProcess(this.monitored));
    await Promise.all(this.all.map((each) => each.isReady()));
  }

  private async checkAll(): Promise<void> {
    const start = performance.now();
    await Promise.all(this.all.map((each) => each.check()));
    this.checkMs = performance.now() - start;
  }

  /** About a third of the processes are killed at random moments of their checks, and started again. */
  private async checkWhileKilling(): Promise<void> {
    await Promise.all(
      this.all.map(async (each, i) => {
        const isKilled = this.random.next() < 1 / 3;
        const afterMs = this.random.between(0, this.checkMs);
        if (!isKilled) return each.check();
        each.check().catch(() => {}); // it may end before it has checked
        await sleep(afterMs);
        await each.kill();
        this.kills++;
        const next = new MonitorProcess(this.monitored);
        this.all[i] = next;
        await next.isReady();
      }),
    );
    await this.checkAll();
  }

  /** The claim of a process that was killed before it alerted expires after five minutes. */
  private async expectOnce(round: number, found: readonly string[]): Promise<void> {
    const expected = found.map((each) => `found ${each}`);
    if (this.receiver.received.length < expected.length) {
      this.takenOver++;
      await this.age('6 minutes', `WHERE subject = 'Table public.by_hand_${round}'`);
      await this.checkAll();
    }
    await this.checkAll();
    this.expect(`in round ${round}`, expected);
  }

  private expect(when: string, expected: readonly string[]): void {
    const { received } = this.receiver;
    const unexpected = without(received, expected);
    const missing = without(expected, received);
    if (unexpected.length > 0) this.problems.push(`${when}, unexpected alerts: ${unexpected.join(', ')}`);
    if (missing.length > 0) this.problems.push(`${when}, missing alerts: ${missing.join(', ')}`);
  }

  /** Makes incidents older, instead of waiting for minutes. */
  private async age(interval: string, where = ''): Promise<void> {
    const earlier = ['opened_at', 'alerted_at', 'last_seen_at'].map(
      (each) => `${each} = ${each} - interval '${interval}'`,
    );
    await this.sql(`UPDATE ${INCIDENTS} SET ${earlier.join(', ')} ${where}`);
  }

  private sql(text: string): Promise<QueryResult> {
    return withClient(this.monitored.connectionString, (client) => client.query(text));
  }
}

/** Some lines without others, each of which removes only one equal line. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...lines];
  for (const other of others) if (left.includes(other)) left.splice(left.indexOf(other), 1);
  return left;
}
