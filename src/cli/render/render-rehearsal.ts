import { placeIn } from '../../core/errors/wording.js';
import type { RehearsalFailure, RehearsedMigration, WrittenRows } from '../../core/ports/rehearsal.js';
import type { RehearsalReport } from '../../migrator/use-cases/preview/rehearse.js';
import type { Invocation } from '../process/invocation.js';
import { findingText, findingToJson } from './in-commands.js';
import { renderRefusals } from './render-plan.js';

/** A rehearsal as text: a line for each migration, followed by what it did. */
export function renderRehearsal({ migrations, warnings, refusals }: RehearsalReport, typed: Invocation): string {
  const textOf = findingText(typed);
  const lines = [...warnings.map(textOf), ...renderRefusals(refusals, textOf), ...migrations.flatMap(renderMigration)];
  if (migrations.length > 0) lines.push('', 'Everything was rolled back; nothing is recorded.');
  return lines.join('\n') || 'Nothing is pending';
}

function renderMigration(migration: RehearsedMigration): string[] {
  const { file } = migration;
  if (migration.outcome === 'not-rehearsed') return [`${file}: not rehearsed, because ${migration.reason}`];
  if (migration.outcome === 'failed') return renderFailure(file, migration);
  const { durationMs, locks, written, rewritten } = migration;
  return [
    `${file}: ${durationMs} ms`,
    ...locks.map(({ relation, mode }) => `  locked ${relation}: ${mode}`),
    ...rewritten.map((table) => `  rewrote ${table}`),
    ...written.map((each) => `  wrote ${each.table}: ${countRows(each)}`),
  ];
}

function renderFailure(file: string, { line, column, message, sqlstate, excerpt, hint }: RehearsalFailure): string[] {
  return [
    `${placeIn(file, line, column)}: failed: ${message} (SQLSTATE ${sqlstate})`,
    ...(excerpt === undefined ? [] : [excerpt]),
    ...(hint === undefined ? [] : [`  hint: ${hint}`]),
  ];
}

function countRows({ inserted, updated, deleted }: WrittenRows): string {
  const counts = Object.entries({ inserted, updated, deleted }).filter(([, count]) => count > 0);
  return counts.map(([what, count]) => `${count.toLocaleString('en')} ${what}`).join(', ');
}

/** A rehearsal for programs. Its shape is stable. */
export function rehearsalToJson({ migrations, warnings, refusals }: RehearsalReport, typed: Invocation): object {
  const asJson = findingToJson(typed);
  return { migrations, warnings: warnings.map(asJson), refusals: refusals.map(asJson) };
}
