import type { Node } from '@pgsql/types';
import type { Program } from '../../compile/program.js';
import type { Severity } from '../../errors/finding.js';
import type { Remedy } from '../../errors/remedy.js';
import type { LockMode } from '../syntax/lock-modes.js';
import type { RelationName } from '../syntax/relation.js';
import type { PlacedAllowance } from './allowed.js';
import type { ParsedFile } from './parsed-file.js';
import type { LintRuleName } from './rule-names.js';
import type { Tables } from './tables.js';
import type { HeldLock, LintStatement, Transaction } from './transaction.js';

/** A problem that a rule found in a migration. */
export interface Problem {
  /** The rest of a sentence that begins with the file, without a full stop. */
  readonly message: string;
  /** What to do instead, in whole sentences. */
  readonly remedy: string;
  /** The table whose size matters. */
  readonly table?: RelationName | undefined;
  /** The position that the parser reported. @default the beginning of the statement */
  readonly location?: number | undefined;
}

/** The input of a rule that checks statements: one statement, and how this library will execute it. */
export interface StatementContext {
  readonly statement: LintStatement;
  readonly node: Node;
  /** What is known about the tables before the statement. */
  readonly tables: Tables;
  /** What commits together with the statement. With one transaction for all, earlier files are only in `held`. */
  readonly transaction: Transaction;
  /** Locks of earlier statements of the transaction, which with `transaction: 'all'` includes earlier files. */
  readonly held: readonly HeldLock[];
  /** How the file runs. */
  readonly program: Program;
  /** False if the statement would wait for a lock without a limit. */
  readonly hasLockLimit: boolean;
  /** `server_version_num`; undefined without a database. */
  readonly serverVersion: number | undefined;
  /** The schemas that a file of tenants may name; undefined for other files. */
  readonly tenantSchemas: ReadonlySet<string> | undefined;
  /** Tables with at least this many rows count as large. */
  readonly largeTableRows: number;
}

/** The input of a rule that checks whole files. */
export interface FileContext {
  readonly file: ParsedFile;
  readonly allowances: readonly PlacedAllowance[];
  /** Other files with the same version. */
  readonly sameVersion: readonly string[];
}

/** A problem at an offset of the text that runs, or at a place in the file; without either, in the file as a whole. */
export interface FileProblem extends Omit<Problem, 'location'> {
  /** The actions that the remedy names. @default none */
  readonly remedies?: readonly Remedy[];
  readonly offset?: number;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** A lock that a statement of an example takes. */
export interface LockClaim {
  readonly mode: LockMode;
  /** The table or index in the example. */
  readonly on: string;
}

/** One migration of a safe rewrite. */
export interface RewriteStep {
  /** What it does, as a sentence. */
  readonly about: string;
  readonly sql: string;
  /** The locks that matter. */
  readonly locks?: readonly LockClaim[];
}

/** What the documentation says about a rule. Tests run all of it on a server. */
export interface RuleDocs {
  /** What the rule finds, as a sentence. */
  readonly finds: string;
  /** True if the rule is only about files of tenants. @default false */
  readonly isForTenants?: boolean;
  /** Locks of the example. */
  readonly locks: readonly LockClaim[];
  /** How long they are held, or that there are none, as a sentence. */
  readonly duration: string;
  /** Why it hurts, in whole sentences. */
  readonly harm: string;
  /** SQL that must have run before the example and the rewrite, in addition to {@link EXAMPLE_SCHEMA}. */
  readonly setup?: string;
  /** A migration in which the rule finds something; undefined if it is not about SQL. */
  readonly example?: string;
  /** The safe alternative, one migration per step. */
  readonly rewrite: readonly RewriteStep[];
  /** Anything else that a reader must know, in whole sentences. */
  readonly notes?: string;
}

/** A lint rule. */
export interface Rule {
  readonly name: LintRuleName;
  readonly severity: Severity;
  readonly docs: RuleDocs;
  /** Checks one statement. */
  readonly check?: (context: StatementContext) => readonly Problem[];
  /** Checks a whole file. */
  readonly checkFile?: (context: FileContext) => readonly FileProblem[];
}
