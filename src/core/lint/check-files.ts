import { locateInFile } from '../compile/source-text.js';
import type { Program } from '../compile/program.js';
import type { Severity } from '../errors/finding.js';
import type { Migration } from '../migration/migration.js';
import type { Diagnostic } from './diagnostic.js';
import { LockLimit } from './lock-limit.js';
import { isAllowed, placeAllowances, type PlacedAllowance } from './model/allowed.js';
import type { CatalogFacts, TableSize } from './model/facts.js';
import { locksOnExisting } from './model/locks-on-existing.js';
import { observe } from './model/observe.js';
import type { ParsedFile } from './model/parsed-file.js';
import type { FileProblem, Rule } from './model/rule.js';
import { Tables } from './model/tables.js';
import type { HeldLock, LintStatement, Transaction } from './model/transaction.js';
import { RULES } from './registry.js';
import type { LintSettings, RunnerSettings } from './settings.js';

/** What files are checked against. */
export interface Basis {
  readonly settings: LintSettings;
  readonly runner: RunnerSettings;
  /** Facts from the database; undefined without one. */
  readonly catalog: CatalogFacts | undefined;
  /** All migrations of the directory, to find those that share a version. */
  readonly all: readonly Migration[];
}

/** Checks migrations in order. Without a database, each file counts as a separate run. */
export function checkFiles(files: readonly ParsedFile[], basis: Basis): Diagnostic[] {
  const run = new CheckedRun(basis);
  return files.flatMap((file) => run.check(file));
}

const SEVERITIES: Readonly<Record<'warn' | 'error', Severity>> = { warn: 'warning', error: 'error' };

/** A problem with its rule, before it is located in its file. */
interface PlacedProblem extends FileProblem {
  readonly rule: Rule;
  readonly size?: TableSize | undefined;
}

class CheckedRun {
  private readonly tables: Tables;
  private readonly rules: readonly Rule[];
  private readonly filesByVersion: ReadonlyMap<string, readonly string[]>;
  private held: HeldLock[] = [];

  constructor(private readonly by: Basis) {
    const { settings, runner, catalog } = by;
    this.tables = new Tables(catalog, runner.defaultSchema);
    this.rules = RULES.flatMap((rule) => {
      const level = settings.rules[rule.name];
      if (level === 'off') return [];
      return [level === undefined ? rule : { ...rule, severity: SEVERITIES[level] }];
    });
    this.filesByVersion = filesByVersion(by.all);
  }

  check(file: ParsedFile): Diagnostic[] {
    const allowances = placeAllowances(file);
    const found = [
      ...this.checkWhole(file, allowances),
      ...(file.program ? this.checkStatements(file, file.program) : []),
    ];
    this.tables.setSchema(undefined);
    if (!this.by.catalog) this.tables.endRun();
    return found
      .filter(({ rule, offset }) => !isAllowed(allowances, rule.name, offset))
      .toSorted((a, b) => (a.offset ?? -1) - (b.offset ?? -1))
      .map((problem) => this.diagnostic(file, problem));
  }

  private checkWhole(file: ParsedFile, allowances: readonly PlacedAllowance[]): PlacedProblem[] {
    const version = file.migration?.order.version;
    const withVersion = version ? this.filesByVersion.get(version.join('.')) : undefined;
    const sameVersion = (withVersion ?? []).filter((other) => other !== file.file);
    return this.rules.flatMap((rule) =>
      (rule.checkFile?.({ file, allowances, sameVersion }) ?? []).map((problem) => ({ ...problem, rule })),
    );
  }

  private checkStatements(file: ParsedFile, program: Program): PlacedProblem[] {
    const limit = new LockLimit(program, this.by.runner.tableLockTimeoutMs);
    const isShared = this.by.runner.transaction === 'all';
    return file.transactions.flatMap((transaction, i) => {
      limit.beginTransaction();
      if (!isShared) this.held = [];
      const isDone = program.kind === 'non-transactional' && i < file.resumeAt;
      return transaction.statements.flatMap((statement) => {
        const problems = isDone ? [] : this.checkStatement(statement, transaction, program, limit);
        this.observe(statement, limit);
        return problems;
      });
    });
  }

  private checkStatement(
    statement: LintStatement,
    transaction: Transaction,
    program: Program,
    limit: LockLimit,
  ): PlacedProblem[] {
    const context = {
      statement,
      node: statement.node,
      tables: this.tables,
      transaction,
      held: this.held,
      program,
      hasLockLimit: limit.applies(statement, transaction.isAutocommit),
      serverVersion: this.by.catalog?.serverVersion,
      largeTableRows: this.by.settings.largeTableRows,
      tenantSchemas: this.by.runner.tenantSchemas,
    };
    return this.rules.flatMap((rule) =>
      (rule.check?.(context) ?? []).map(({ location, ...problem }) => {
        const offset = location === undefined ? statement.start : statement.offsetOf(location);
        return { ...problem, rule, offset, size: problem.table && this.tables.sizeOf(problem.table) };
      }),
    );
  }

  private observe(statement: LintStatement, limit: LockLimit): void {
    const locks = locksOnExisting(statement.node, this.tables);
    this.held.push(...locks.map((lock) => ({ ...lock, statement })));
    observe(this.tables, statement.node);
    limit.observe(statement);
  }

  private diagnostic({ file, migration, program }: ParsedFile, problem: PlacedProblem): Diagnostic {
    const { rule, message, remedy, remedies, size, offset } = problem;
    const place =
      migration && program && offset !== undefined ? locateInFile(migration, program.source, offset) : undefined;
    return {
      rule: rule.name,
      severity: rule.severity,
      file,
      line: place?.line ?? problem.line,
      column: place?.column ?? problem.column,
      message,
      remedy,
      remedies,
      size,
      excerpt: place?.excerpt,
    };
  }
}

function filesByVersion(migrations: readonly Migration[]): Map<string, string[]> {
  const byVersion = new Map<string, string[]>();
  for (const { file, order } of migrations) {
    if (order.version === null) continue;
    const version = order.version.join('.');
    const files = byVersion.get(version);
    if (files) files.push(file);
    else byVersion.set(version, [file]);
  }
  return byVersion;
}
