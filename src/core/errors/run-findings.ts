import type { FindingDefinition } from './finding-definition.js';

/** What a run reports while it runs. */
export const RUN_FINDINGS = {
  CHECKSUMS_ADOPTED: {
    severity: 'warning',
    text: ({ names = [] }) => `has adopted the checksums of files that were recorded without one: ${names.join(', ')}`,
    remedy: () => '',
  },
  RUNS_OUT_OF_ORDER: {
    severity: 'warning',
    text: () => 'runs out of order: newer migrations have been applied already',
    remedy: () => '',
  },
  LINT_WARNING: {
    severity: 'warning',
    text: ({ detail, actual }) => `fails the lint rule ${actual}: it ${detail}`,
    remedy: ({ actual }) => `See "${actual}" in docs/lint.md.`,
  },
  CREATION_SKIPPED: {
    severity: 'warning',
    text: ({ detail, recorded, actual }) =>
      `did not create ${detail}, which already exists` +
      `${recorded ? `, created by ${recorded}` : ''}${actual ? `, and differs from the statement: ${actual}` : ''}`,
    remedy: ({ actual }) =>
      `IF NOT EXISTS skipped the whole statement. ${
        actual
          ? 'If the application needs what the statement describes, change the existing object in a new migration.'
          : 'If that is intended, there is nothing to do.'
      }`,
  },
  RESUMED: {
    severity: 'warning',
    text: ({ steps, recorded, actual }) =>
      `continues where an earlier run stopped: ${steps?.done} of its ${steps?.total} steps are done` +
      (recorded ? `, and the catalog shows that "${recorded}" took effect as well` : '') +
      (actual ? `; it goes on with "${actual}"` : '; only its record is missing'),
    remedy: () => '',
  },
  RUN_AS_STEPS: {
    severity: 'warning',
    text: ({ detail }) =>
      `was rolled back because the server refused to run it in a transaction (SQLSTATE ${detail}); it now runs statement by statement`,
    remedy: () =>
      'To skip the failed attempt on other databases, put the line "-- no-transaction" at the top of the file.',
  },
  INVALID_INDEX_DROPPED: {
    severity: 'warning',
    text: () => 'was invalid, left behind by an earlier attempt, and has been dropped',
    remedy: () => '',
  },
  INDEX_BUILD_AWAITED: {
    severity: 'note',
    text: () => 'is being built by another backend; waiting for it',
    remedy: () => '',
  },
  TURN_AWAITED: {
    severity: 'note',
    text: ({ detail }) => `waits: ${detail}`,
    remedy: () => '',
  },
  TURN_LOST: {
    severity: 'warning',
    text: () =>
      'released the locks of its session and with them its turn, so another non-transactional migration may have run in the database at the same time',
    remedy: () =>
      'Remove DISCARD ALL and pg_advisory_unlock_all() from migrations that have not been applied everywhere; each session is reset anyway.',
  },
  DETACH_FINISHED: {
    severity: 'warning',
    text: () => 'was left half detached by an earlier attempt; the detach has been finished',
    remedy: () => '',
  },
  SESSION_LOCK_BEHIND_POOLER: {
    severity: 'warning',
    text: () => 'uses a session lock behind a pooler, which is safe only if the pooler works in session mode',
    remedy: (_, say) =>
      `A session lock protects nothing behind a transaction-mode pooler: run there with ${say({ action: 'set', option: 'lock', value: 'auto' })}.`,
  },
  DETAILS_NOT_RECORDED: {
    severity: 'warning',
    text: ({ detail }) => `could not record the messages of the server or its entry in the audit: ${detail}`,
    remedy: () => 'The migrations themselves were recorded.',
  },
  COMPANION_NOT_WRITABLE: {
    severity: 'note',
    text: ({ detail }) => `cannot be written by the role ${detail}, so nothing is recorded there`,
    remedy: ({ actual }) => `To enable recording, ask an administrator to run: ${actual};`,
  },
  LOSS_RESOLVED: {
    severity: 'warning',
    text: ({ detail }) =>
      `lost its connection, but the history shows that everything was applied before that: ${detail}`,
    remedy: () => '',
  },
} as const satisfies Readonly<Record<string, FindingDefinition>>;
