import type { GivenModule } from '../module/given-module.js';

/** Flags that select tenants. */
export interface TenantFlags {
  readonly tenant?: readonly string[];
  readonly group?: string;
  readonly all?: boolean;
}

/** Flags of the commands. Durations are in seconds. */
export interface CommonFlags extends TenantFlags {
  readonly databaseUrl?: string;
  readonly dir?: string;
  readonly table?: string;
  readonly role?: string;
  readonly layout?: string;
  readonly recursive?: boolean;
  readonly onDrift?: string;
  readonly outOfOrder?: string;
  readonly policy?: readonly string[];
  readonly connectTimeout?: string;
  readonly config?: string;
  readonly envFile?: string;
  /** A file, or the module that a program passed to `MigrationsCli.run()`. */
  readonly module?: string | GivenModule;
  readonly name?: string;
  readonly readTimeout?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Flags that control how migrations are linted. */
interface LintingFlags {
  readonly lint?: string;
  readonly rule?: readonly string[];
  readonly largeTableRows?: string;
}

/** Flags that set the output format for CI. */
interface FormatFlags {
  readonly format?: string;
}

/** Flags of commands that take the migration lock. */
interface LockFlags extends CommonFlags {
  readonly lock?: string;
  readonly migrationLockTimeout?: string;
}

/** Flags of commands that change the history. */
export interface ChangeFlags extends LockFlags {
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Flags of `provision`, in addition to those of a run. */
export interface ProvisionFlags extends RunFlags {
  readonly schema?: string;
}

/** Flags of `deprovision`. */
export interface DeprovisionFlags extends ChangeFlags {
  readonly schema?: string;
  readonly dropSchema?: boolean;
}

/** Flags of `unlock`. */
export interface UnlockFlags extends ChangeFlags {
  readonly force?: boolean;
  readonly silentFor?: string;
}

/** Flags of the commands that read. */
export interface ReadFlags extends CommonFlags {
  readonly audit?: boolean;
  readonly diff?: boolean;
  readonly files?: boolean;
  readonly schema?: boolean;
  readonly exitCode?: boolean;
  readonly timeout?: string;
}

/** Flags of `plan`, in addition to those of a run. */
export interface PlanFlags extends RunFlags {
  readonly sql?: boolean;
  readonly rehearse?: boolean;
}

/** Flags of `verify`, in addition to those of a run. */
export interface VerifyFlags extends RunFlags {
  readonly server?: string;
  readonly skip?: readonly string[];
  readonly extension?: readonly string[];
  readonly diff?: boolean;
}

/** Flags of `checkpoint`, in addition to those of a run. */
export interface CheckpointFlags extends RunFlags {
  readonly tenants?: boolean;
  readonly server?: string;
  readonly extension?: readonly string[];
  readonly pgDump?: string;
}

/** Flags of `migrate`; `plan` has some of them. */
export interface RunFlags extends LockFlags, LintingFlags {
  readonly dryRun?: boolean;
  readonly to?: string;
  readonly step?: string;
  readonly connectRetry?: string;
  readonly transaction?: string;
  readonly searchPath?: string;
  readonly placeholder?: readonly string[];
  readonly statementTimeout?: string;
  readonly tableLockTimeout?: string;
}

/** Flags of `lint`. */
export interface LintFlags extends RunFlags, FormatFlags {
  readonly all?: boolean;
  readonly strict?: boolean;
  readonly squawk?: boolean;
}

/** Flags of `check`. */
export interface CheckFlags extends RunFlags, FormatFlags {
  readonly base?: string;
  readonly schema?: boolean;
}

/** Flags of `new`. */
export interface NewFlags extends CommonFlags {
  readonly number?: boolean;
  readonly timestamp?: boolean;
  readonly tenants?: boolean;
}
