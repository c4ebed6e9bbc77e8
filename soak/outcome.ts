import { isDeepStrictEqual } from 'node:util';
import { withClient } from '../test/support/database/database.js';
import { endState, type EndState } from '../test/support/database/end-state.js';

/** What a run leaves behind: schema, rows, and the history without what differs from run to run. */
export interface Outcome {
  readonly state: EndState;
  readonly history: readonly HistoryRow[];
}

export interface HistoryRow {
  readonly file: string;
  readonly steps: number | null;
  readonly [column: string]: unknown;
}

/** Times, the run's number and what the server said (a resumed run hears less) are not compared. */
const HISTORY = `SELECT migration_file AS file, error_message, running, checksum, canonical_checksum, origin, executed_by,
    steps_done, steps_total AS steps, done_checksum, executed_at IS NOT NULL AS has_time, execution_time_ms IS NOT NULL AS has_duration,
    run_id IS NOT NULL AS has_run FROM shared.schema_migrations ORDER BY migration_file COLLATE "C"`;

export async function readOutcome(connectionString: string): Promise<Outcome> {
  const state = await endState(connectionString);
  const history = await withClient(connectionString, async (client) => (await client.query<HistoryRow>(HISTORY)).rows);
  return { state, history };
}

/** @returns what differs, each line with a sign: `-` is missing, `+` is there and should not be. */
export function compareOutcomes(found: Outcome, expected: Outcome): string[] {
  const rows = ({ state }: Outcome): string[] =>
    Object.entries(state.rows).flatMap(([table, all]) => all.map((row) => `${table}: ${JSON.stringify(row)}`));
  const history = (outcome: Outcome): string[] => outcome.history.map((row) => `history: ${JSON.stringify(row)}`);
  const differences = [
    ...compareLines(found.state.schema, expected.state.schema),
    ...compareLines(rows(found), rows(expected)),
    ...compareLines(history(found), history(expected)),
  ];
  if (differences.length > 0 || isDeepStrictEqual(found, expected)) return differences;
  return ['the outcomes differ in their order'];
}

/** Lines that occur twice count twice. */
function compareLines(found: readonly string[], expected: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of found) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of expected) counts.set(line, (counts.get(line) ?? 0) - 1);
  return [...counts].flatMap(([line, count]) =>
    Array.from({ length: Math.abs(count) }, () => `${count > 0 ? '+' : '-'} ${line}`),
  );
}
