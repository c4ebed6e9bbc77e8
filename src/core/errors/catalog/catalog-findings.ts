import type { FindingDefinition, FindingDetails, RecordedCommand } from '../finding-definition.js';
import { catalogReasonText } from '../../problems/catalog-reason.js';
import type { Voice } from '../remedy.js';
import { list } from '../wording.js';

function after({ since, changedBy = [] }: FindingDetails): string {
  const by = changedBy.length === 0 ? '' : ` (${changedBy.map(describeCommand).join('; ')})`;
  return `after ${since?.toISOString() ?? 'the last run'}${by}`;
}

/** `ALTER TABLE by eve, psql, 10.0.0.7, at 2026-01-31T03:00:00.000Z` */
function describeCommand({ command, at, role, login, application, address }: RecordedCommand): string {
  const who = role === login ? role : `${role} (login ${login})`;
  return [`${command} by ${who}`, application, address, `at ${at.toISOString()}`].filter(Boolean).join(', ');
}

/** How to exclude an object. */
export const IGNORE = 'If it does not belong to the application, exclude it with the option "catalog.ignore".';

function acceptOrIgnore(object: string, say: Voice): string {
  return `If the change is intended, accept it with ${say({ action: 'accept-object', object })}. ${IGNORE}`;
}

/** Changes made in the database without a migration. */
export const CATALOG_FINDINGS = {
  OBJECT_ADDED: {
    severity: 'error',
    text: (details) => `was created without a migration, ${after(details)}`,
    remedy: ({ subject }, say) => `Put it into a migration, or drop it. ${acceptOrIgnore(subject, say)}`,
  },
  OBJECT_REMOVED: {
    severity: 'error',
    text: (details) => `was dropped without a migration, ${after(details)}`,
    remedy: ({ subject }, say) => `Create it again, or drop it in a migration. ${acceptOrIgnore(subject, say)}`,
  },
  OBJECT_CHANGED: {
    severity: 'error',
    text: (details) =>
      `was changed without a migration, ${after(details)}${details.detail ? `: ${details.detail}` : ''}`,
    remedy: ({ subject }, say) => `Undo the change, or put it into a migration. ${acceptOrIgnore(subject, say)}`,
  },
  OBJECTS_REWRITTEN: {
    severity: 'note',
    text: ({ recorded, actual, names = [] }) =>
      `was upgraded from PostgreSQL ${recorded} to ${actual}, which writes some definitions differently: ${list(names)}`,
    remedy: () => 'They are recorded again; what was created or dropped is still reported.',
  },
  CATALOG_NOT_RECORDED: {
    severity: 'note',
    text: ({ reason, detail }) =>
      `has no current record of its catalog, so nothing was compared: ${catalogReasonText(reason, detail)}`,
    remedy: () =>
      'The next run that changes something records it; so does the drift check of an application that migrates.',
  },
  CATALOG_NOT_COMPARED: {
    severity: 'note',
    text: ({ reason }) => `was not compared with the record of its catalog: ${catalogReasonText(reason)}`,
    remedy: ({ actual }) => (actual ? `Ask an administrator to run: ${actual};` : 'The next check compares it.'),
  },
} as const satisfies Readonly<Record<string, FindingDefinition>>;
