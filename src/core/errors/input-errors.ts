import { configurationText, type ConfigurationProblem } from '../problems/configuration-problem.js';
import { directoryText, type DirectoryProblem } from './files/directory-problem.js';
import { renderFindingAs, type Finding } from './finding.js';
import { MigrationError } from './migration-error.js';
import { inWords, type Remedy, type Text } from './remedy.js';

function listed(problems: readonly string[]): string {
  return problems.map((problem) => `\n  - ${problem}`).join('');
}

const SUBJECTS = {
  INVALID_OPTIONS: 'Migrations are not configured correctly',
  INVALID_TABLE: 'Migrations are not configured correctly',
  INVALID_TENANTS: 'The list of tenants cannot be used, so nothing was run for any tenant',
} as const;

/** Options or the list of tenants are invalid or contradict each other. Lists every problem. */
export class ConfigurationError extends MigrationError {
  constructor(
    code: 'INVALID_OPTIONS' | 'INVALID_TABLE' | 'INVALID_TENANTS',
    /** Every problem, as data. The message has them as sentences. */
    readonly problems: readonly ConfigurationProblem[],
    { advice = '', ...options }: { readonly cause?: unknown; readonly advice?: Text } = {},
  ) {
    const text = `${SUBJECTS[code]}:${listed(problems.map(configurationText))}`;
    super(code, (say) => [text, inWords(advice, say)].filter(Boolean).join('\n'), options);
  }
}

/** The migrations directory, or a file in it, cannot be used. Lists every problem. */
export class DirectoryError extends MigrationError {
  constructor(
    /** The directory, as an absolute path. */
    readonly directory: string,
    /** Every problem, as data. The message has them as sentences. */
    readonly problems: readonly DirectoryProblem[],
    options?: { cause?: unknown },
  ) {
    super(
      'INVALID_DIRECTORY',
      `The migrations directory ${directory} cannot be used:${listed(problems.map((each) => directoryText(each, directory)))}`,
      options,
    );
  }
}

/** Nothing was run because of problems in the files, the history or the database. Lists every finding. */
export class RefusedError extends MigrationError {
  constructor(
    /** Every reason. */
    readonly refusals: readonly Finding[],
  ) {
    super('REFUSED', (say) => `Nothing was run:${listed(refusals.map((each) => renderFindingAs(say, each)))}`);
  }
}

/** The named migration or history row does not exist. */
export class UnknownMigrationError extends MigrationError {
  constructor(message: string) {
    super('UNKNOWN_MIGRATION', message);
  }
}

/** A migration is pending or failed, so the application must not start (`onBootstrap: "validate"`). */
export class NotUpToDateError extends MigrationError {
  /** Migrations that have not been tried, in migration order. */
  readonly pending: readonly string[];
  /** Migrations that failed or did not finish. */
  readonly failed: readonly string[];

  /**
   * @param open the migrations that are not applied, in migration order.
   * @param reasons the same in words.
   * @param remedy what applies them.
   */
  constructor(
    open: readonly { readonly file: string; readonly state: string }[],
    target: string,
    readonly reasons: readonly string[] = open.map(({ file, state }) => `${file} is ${state}`),
    remedy: Remedy = { action: 'migrate' },
  ) {
    super(
      'NOT_UP_TO_DATE',
      (say) =>
        `The database is not up to date with this release (history in ${target}):` +
        listed(reasons) +
        `\nMigrate first, with ${say(remedy)}, then start the application again.`,
    );
    const tried = open.filter(({ state }) => state === 'failed' || state === 'running');
    this.failed = tried.map(({ file }) => file);
    this.pending = open.filter((each) => !tried.includes(each)).map(({ file }) => file);
  }
}
