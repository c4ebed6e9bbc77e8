import {
  statementsOf,
  type Program,
  type StepwiseProgram,
  type TransactionalProgram,
} from '../../core/compile/program.js';
import { changesSessionDefaults } from '../../core/sql/statements/session-defaults.js';
import type { Message } from './message.js';

/** Programs that are run in one go: transactional ones that stand together, or one that runs in steps. */
export type Group =
  | { readonly kind: 'transactional'; readonly programs: readonly TransactionalProgram[] }
  | { readonly kind: 'stepwise'; readonly program: StepwiseProgram };

/** Groups programs without changing their order. */
export function groupPrograms(programs: readonly Program[]): Group[] {
  const groups: Group[] = [];
  let together: TransactionalProgram[] = [];
  const close = (): void => {
    if (together.length > 0) groups.push({ kind: 'transactional', programs: together });
    together = [];
  };
  for (const program of programs) {
    if (program.kind === 'transactional') {
      together.push(program);
      if (wantsNewSession(program)) close();
      continue;
    }
    close();
    groups.push({ kind: 'stepwise', program });
  }
  close();
  return groups;
}

/** True when what comes behind a program must find the defaults that it set for new sessions. */
export function wantsNewSession(program: Program): boolean {
  return statementsOf(program).some(changesSessionDefaults);
}

/** The programs that a message carries. */
export function programsOf({ parts }: Message): TransactionalProgram[] {
  return [...new Set(parts.flatMap(({ program }) => (program ? [program] : [])))];
}
