import { nonTransactionalText } from '../../problems/non-transactional-reason.js';
import { problemIn, remedyIn } from './file-problems.js';
import type { FindingDefinition } from '../finding-definition.js';
import { decide, type Voice } from '../remedy.js';

function directly(say: Voice): string {
  return `Connect directly, not through the pooler, with ${say({ action: 'set', option: 'migrateWith' })}.`;
}

/** What to do when the finished steps of a file prevent it from continuing. */
function startOver(file: string, say: Voice): string {
  return (
    `undo by hand what the finished steps did and start the file over with ${say({ action: 'restart', file })}; the next run then begins it from the top. ` +
    `Or finish the migration by hand and record it with ${say({ action: 'mark', file })}.`
  );
}

/** Reasons why a file cannot run as it is. */
export const FILE_FINDINGS = {
  UNDO_SECTION: {
    severity: 'error',
    text: () => 'has an undo section, which would run with the rest',
    remedy: remedyIn,
  },
  SECTION: {
    severity: 'error',
    text: (details) => `cannot be read in this layout: ${problemIn(details)}`,
    remedy: remedyIn,
  },
  META_COMMAND: {
    severity: 'error',
    text: ({ detail }) => `uses the psql meta-command ${detail}, which only psql understands`,
    remedy: () => 'Remove it, or write what it does as SQL.',
  },
  COPY_WITHOUT_END: {
    severity: 'error',
    text: () => 'copies from stdin, but no line "\\." ends its rows',
    remedy: () => 'Put the rows on the lines after the statement, and a line "\\." after the last row.',
  },
  NUL_CHARACTER: {
    severity: 'error',
    text: () => 'contains a NUL character, which PostgreSQL cannot read',
    remedy: () => 'Save the file as plain UTF-8 text.',
  },
  UNKNOWN_DIRECTIVE: {
    severity: 'error',
    text: ({ detail }) => `has the unknown directive "${detail}"`,
    remedy: ({ actual }) => `Did you mean "${actual}"?`,
  },
  INVALID_DIRECTIVE: {
    severity: 'error',
    text: ({ detail }) => `has the directive "${detail}", whose value is not a valid duration`,
    remedy: () => 'Write it like 30s, 5min or 0.',
  },
  READ_ONLY_TRANSACTION: {
    severity: 'error',
    text: () => 'makes its transaction READ ONLY, so its record could not be written',
    remedy: () => 'Remove READ ONLY.',
  },
  OPEN_TRANSACTION: {
    severity: 'error',
    text: () => 'begins a transaction that it never ends',
    remedy: () => 'Add the COMMIT.',
  },
  MISSING_PLACEHOLDER: {
    severity: 'error',
    text: ({ detail }) => `uses the placeholder ${detail}, which has no value`,
    remedy: ({ detail }, say) => `Give it a value with ${say({ action: 'set', option: `placeholders.${detail}` })}.`,
  },
  FINISHED_STEPS_CHANGED: {
    severity: 'error',
    text: ({ steps }) =>
      `stopped after ${steps?.done} of ${steps?.total} steps, and that part of the file has changed since`,
    remedy: ({ subject }, say) =>
      `Restore that part of the file, and the next run continues where it stopped. If the finished steps did what the file now says, continue after them with ${say({ action: 'resume', file: subject })}. ` +
      `Or ${startOver(subject, say)}`,
  },
  STEP_IN_DOUBT: {
    severity: 'error',
    text: ({ detail }) =>
      `was interrupted during the statement "${detail}", which commits by itself, and nothing shows whether it took effect`,
    remedy: ({ subject }, say) => `Check the database for that statement. ${decide(subject, say)} Then run again.`,
  },
  LOST_SESSION: {
    severity: 'warning',
    text: ({ names = [] }) => `lost part of its session when it stopped between two steps: ${names.join(', ')}`,
    remedy: ({ subject }, say) => `If the remaining steps fail because of that, ${startOver(subject, say)}`,
  },
  NOT_TRANSACTIONAL: {
    severity: 'error',
    text: ({ reason, detail }) => `cannot be part of one transaction: ${nonTransactionalText(reason, detail)}`,
    remedy: (_, say) => `Run it with ${say({ action: 'set', option: 'transaction', value: 'each' })}.`,
  },
  UNLOCKED: {
    severity: 'error',
    text: ({ reason, detail }) =>
      `is non-transactional (${nonTransactionalText(reason, detail)}), and without the migration lock nothing stops two processes from running it at once`,
    remedy: (_, say) => `Run it with ${say({ action: 'set', option: 'lock', value: 'auto' })}.`,
  },
  POOLER_SESSION_LOCK: {
    severity: 'error',
    text: () =>
      'takes a session-level advisory lock; behind a transaction-mode pooler the lock would stay with a server connection that serves other clients next',
    remedy: (_, say) => `Use pg_advisory_xact_lock instead. Or: ${directly(say)}`,
  },
  POOLER_SESSION_STATE: {
    severity: 'error',
    text: () =>
      'sets this for the session, but behind a transaction-mode pooler each step of a non-transactional migration may run in a different session',
    remedy: (_, say) => directly(say),
  },
  POOLER_LIMIT: {
    severity: 'error',
    text: () =>
      'runs this outside a transaction, where the timeouts that the file sets have no effect behind a transaction-mode pooler',
    remedy: (_, say) => directly(say),
  },
  POOLER_ROLE: {
    severity: 'error',
    text: () =>
      'runs this outside a transaction, where the configured role and search path cannot be set behind a transaction-mode pooler',
    remedy: (_, say) => directly(say),
  },
  LINT_ERROR: {
    severity: 'error',
    text: ({ detail, actual }) => `fails the lint rule ${actual}: it ${detail}`,
    remedy: ({ actual }) => `See "${actual}" in docs/lint.md.`,
  },
} as const satisfies Readonly<Record<string, FindingDefinition>>;
