import type { FindingDefinition } from '../finding-definition.js';
import type { Voice } from '../remedy.js';

const after = (since: Date | undefined): string => `after ${since?.toISOString() ?? 'the last run'}`;

/** How to exclude an object. */
export const IGNORE = 'If it does not belong to the application, exclude it with the option "catalog.ignore".';

function acceptOrIgnore(object: string, say: Voice): string {
  return `If the change is intended, accept it with ${say({ action: 'accept-object', object })}. ${IGNORE}`;
}

/** Changes made in the database without a migration. */
export const CATALOG_FINDINGS = {
  OBJECT_ADDED: {
    severity: 'error',
    text: ({ since }) => `was created without a migration, ${after(since)}`,
    remedy: ({ subject }, say) => `Put it into a migration, or drop it. ${acceptOrIgnore(subject, say)}`,
  },
  OBJECT_REMOVED: {
    severity: 'error',
    text: ({ since }) => `was dropped without a migration, ${after(since)}`,
    remedy: ({ subject }, say) => `Create it again, or drop it in a migration. ${acceptOrIgnore(subject, say)}`,
  },
  OBJECT_CHANGED: {
    severity: 'error',
    text: ({ since, detail }) => `was changed without a migration, ${after(since)}${detail ? `: ${detail}` : ''}`,
    remedy: ({ subject }, say) => `Undo the change, or put it into a migration. ${acceptOrIgnore(subject, say)}`,
  },
  OBJECTS_REWRITTEN: {
    severity: 'note',
    text: ({ recorded, actual, detail }) =>
      `was upgraded from PostgreSQL ${recorded} to ${actual}, which writes some definitions differently: ${detail}`,
    remedy: () => 'They are recorded again; what was created or dropped is still reported.',
  },
  CATALOG_NOT_RECORDED: {
    severity: 'note',
    text: ({ detail }) => `has no current record of its catalog, so nothing was compared: ${detail}`,
    remedy: () =>
      'The next run that changes something records it; so does the drift check of an application that migrates.',
  },
  CATALOG_NOT_COMPARED: {
    severity: 'note',
    text: ({ detail }) => `was not compared with the record of its catalog: ${detail}`,
    remedy: ({ actual }) => (actual ? `Ask an administrator to run: ${actual};` : 'The next check compares it.'),
  },
} as const satisfies Readonly<Record<string, FindingDefinition>>;
