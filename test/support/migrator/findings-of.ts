import type { Finding, FindingCode } from '../../../src/migrator.js';
import type { ObservedMigrator } from './migrator-on.js';

/** What the runs of a migrator have warned of so far, as data. @param codes @default all */
export function warned({ events }: Pick<ObservedMigrator, 'events'>, ...codes: readonly FindingCode[]): Finding[] {
  return events.flatMap((event) =>
    event.type === 'warning' && (codes.length === 0 || codes.includes(event.finding.code)) ? [event.finding] : [],
  );
}

/** What drift() finds, in short: `OBJECT_ADDED Table app.x`. */
export async function driftOf({ migrator }: ObservedMigrator): Promise<string[]> {
  return (await migrator.drift()).map(({ code, subject }) => `${code} ${subject}`);
}
