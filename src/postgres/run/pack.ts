import type { TransactionalProgram } from '../../core/compile/program.js';
import { actingAs } from '../connection/acting-role.js';
import { announceSql, claimSql, completeSql } from '../history/history-sql.js';
import { bodyPart, Message, part, type Part } from './message.js';
import { localTimeouts } from './polite.js';
import { CLEAN, PROBE_CLIENT } from '../connection/reset.js';
import type { RunContext } from './run-context.js';
import { sessionName } from '../lock/session-name.js';

/**
 * Characters in one message, beyond which the next migration starts another. Larger messages gain nothing and cost
 * memory.
 */
const LARGEST_MESSAGE = 1_000_000;

type PackContext = Pick<
  RunContext,
  'table' | 'settings' | 'reset' | 'lockCheck' | 'marker' | 'role' | 'ownName' | 'pooled'
>;

/**
 * Packs migrations into as few messages as their sizes allow, each migration in a transaction of its own. What stands
 * between two of them has a transaction of its own too: it would join the next migration's otherwise, and be rolled
 * back with it.
 */
export function packEach(
  context: PackContext,
  programs: readonly TransactionalProgram[],
  largest = LARGEST_MESSAGE,
): Message[] {
  const packer = new Packer(largest, [clean(), ...lockCheck(context)]);
  for (const program of programs) {
    const announcement = part('announce', ['BEGIN', announce(context, program), 'COMMIT'], program);
    const before = [
      reset(context),
      announcement,
      part(
        'begin',
        [program.begin, ...program.preamble, ...actingAs(context.role), ...localTimeouts(program)],
        program,
      ),
      ...claim(context, program),
    ];
    const after = [...complete(context, program), commit(context, program)];
    packer.addMigration(program, before, after);
  }
  packer.close();
  return packer.messages;
}

/** Packs migrations into one transaction. */
export function packTogether(context: PackContext, programs: readonly TransactionalProgram[]): Message[] {
  const packer = new Packer(LARGEST_MESSAGE, [clean(), ...lockCheck(context)]);
  const begin = programs.map((program) => program.begin).find((own) => own !== 'BEGIN') ?? 'BEGIN';
  packer.add([reset(context), part('begin', [begin, ...programs.flatMap((program) => program.preamble)])]);
  for (const program of programs) {
    const after = [...complete(context, program), part('reset', context.reset)];
    const before = [
      part('announce', [announce(context, program), ...actingAs(context.role), ...localTimeouts(program)], program),
      ...claim(context, program),
    ];
    packer.addMigration(program, before, after, false);
  }
  const last = programs.at(-1);
  packer.add([commit(context, last)]);
  packer.close();
  return packer.messages;
}

/** Begins a message with what no other run's begins with, so that a look at the server can tell them apart. */
function reset(context: PackContext): Part {
  return part('reset', [`/* ${context.marker.trim()} */\nBEGIN`, ...context.reset, 'COMMIT']);
}

function announce({ marker, ownName }: PackContext, { migration }: TransactionalProgram): string {
  return announceSql(marker, sessionName(ownName, migration.file));
}

/** Ends each message that ends outside of a transaction. */
function clean(): Part {
  return part('reset', ['BEGIN', ...CLEAN, 'COMMIT']);
}

function claim({ settings, table }: PackContext, program: TransactionalProgram): Part[] {
  return settings.tracked ? [part('claim', claimSql(table, program, settings.runId), program)] : [];
}

/** The role is set again first: a file may have given up the right to write the history. */
function complete({ settings, table, marker, role }: PackContext, program: TransactionalProgram): Part[] {
  if (!settings.tracked) return [];
  return [
    part(
      'complete',
      [
        'RESET SESSION AUTHORIZATION',
        'RESET ROLE',
        ...actingAs(role),
        completeSql(table, program.migration.file, marker),
      ],
      program,
    ),
  ];
}

/**
 * Behind a pooler deferred constraints are checked before the COMMIT: one that fails there would end the transaction,
 * and the reset that follows would meet another server connection than the one that needs it.
 */
function commit({ pooled }: PackContext, program: TransactionalProgram | undefined): Part {
  return part('commit', pooled ? ['SET CONSTRAINTS ALL IMMEDIATE', 'COMMIT'] : ['COMMIT'], program);
}

/** The lock is held on: so the server goes on probing whether its holder is there. */
function lockCheck({ lockCheck: sql }: PackContext): Part[] {
  return sql ? [part('lock-check', ['BEGIN', ...PROBE_CLIENT, 'COMMIT', sql])] : [];
}

class Packer {
  readonly messages: Message[] = [];
  private parts: Part[] = [];
  private size = 0;

  constructor(
    private readonly largest: number,
    /** Ends each message that does not end inside a transaction. */
    private readonly end: readonly Part[],
  ) {}

  add(parts: readonly Part[]): void {
    this.parts.push(...parts);
    for (const each of parts) this.size += each.text.length;
  }

  /**
   * A body travels with others only when it is known to end what it opens and how many statements it has; otherwise it
   * would swallow what follows, or hide how far the message came.
   *
   * @param alone false when the transaction goes on behind this migration.
   */
  addMigration(program: TransactionalProgram, before: readonly Part[], after: readonly Part[], alone = true): void {
    const bodies = bodiesOf(program);
    const shares = program.closed && program.statements !== undefined && !program.inPieces;
    if (this.size > 0 && this.size + program.body.length > this.largest) this.close(alone);
    this.add(before);
    if (!shares) this.close(false);
    for (const body of bodies) {
      this.add([body]);
      if (!shares) this.close(false);
    }
    this.add(after);
    // What it set may change how the server reads a message; the reset has to be in effect before the next one is read.
    if (!shares) this.close(alone);
  }

  close(outsideTransaction = true): void {
    if (this.parts.length === 0) return;
    this.messages.push(new Message([...this.parts, ...(outsideTransaction ? this.end : [])]));
    this.parts = [];
    this.size = 0;
  }
}

function bodiesOf(program: TransactionalProgram): Part[] {
  const { body, statements, inPieces } = program;
  if (!inPieces || !statements) return [{ ...bodyPart(body, 0, statements), program }];
  return statements.map((each) => ({ ...bodyPart(body.slice(each.start, each.end), each.start, [each]), program }));
}
