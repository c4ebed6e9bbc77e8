import { locksOut } from '../sql/statements/autocommit.js';
import type { Program } from '../compile/program.js';
import { bodyOf } from './syntax/node.js';
import type { LintStatement } from './model/transaction.js';

/** Tracks whether the statements of a file wait for locks without a limit. */
export class LockLimit {
  /** Whether the file itself has set a limit; undefined if it has set nothing. */
  private own: boolean | undefined;
  private inTransaction: boolean | undefined;

  constructor(
    private readonly program: Program,
    /** `lock_timeout` of migrations, in ms; 0 means no limit. */
    private readonly tableLockTimeoutMs: number,
  ) {
    const { lockTimeout } = program.timeouts;
    if (lockTimeout !== undefined) this.own = isLimit(lockTimeout);
  }

  beginTransaction(): void {
    this.inTransaction = undefined;
  }

  /** True if this statement waits only for a limited time. */
  applies({ node }: LintStatement, isAutocommit: boolean): boolean {
    const set = this.inTransaction ?? this.own;
    if (set !== undefined) return set;
    // A non-transactional file has no limit, except for steps that could block the application.
    const isLimited = this.program.kind === 'transactional' || !isAutocommit || locksOut(node);
    return isLimited && this.tableLockTimeoutMs > 0;
  }

  observe({ node }: LintStatement): void {
    const setting = bodyOf('VariableSetStmt', node);
    if (setting?.name !== 'lock_timeout') return;
    const value = bodyOf('A_Const', setting.args?.[0]);
    const limit = setting.kind === 'VAR_SET_VALUE' && value ? isLimit(value.sval?.sval ?? value.ival?.ival ?? 0) : true;
    if (setting.is_local) this.inTransaction = limit;
    else this.own = limit;
  }
}

/** 0, in any unit, means no limit. */
function isLimit(duration: string | number): boolean {
  return Number.parseFloat(String(duration)) !== 0;
}
