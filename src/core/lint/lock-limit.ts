import { locksOut } from '../sql/statements/autocommit.js';
import type { Program } from '../compile/program.js';
import { bodyOf } from './syntax/node.js';
import type { LintStatement } from './model/transaction.js';

/** Follows whether the statements of a file wait for locks without a limit. */
export class LockLimit {
  /** What the file itself has set; undefined if nothing. */
  private own: boolean | undefined;
  private inTransaction: boolean | undefined;

  constructor(
    private readonly program: Program,
    /** `lock_timeout` of migrations, in ms; 0 is no limit. */
    private readonly tableLockTimeoutMs: number,
  ) {
    const { lockTimeout } = program.timeouts;
    if (lockTimeout !== undefined) this.own = isLimit(lockTimeout);
  }

  beginTransaction(): void {
    this.inTransaction = undefined;
  }

  /** True if this statement waits for a limited time only. */
  applies({ node }: LintStatement, isAutocommit: boolean): boolean {
    const set = this.inTransaction ?? this.own;
    if (set !== undefined) return set;
    // A non-transactional file has no limit, except where a step could block the application.
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

/** 0 in any unit is no limit. */
function isLimit(duration: string | number): boolean {
  return Number.parseFloat(String(duration)) !== 0;
}
