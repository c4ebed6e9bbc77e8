import { isComment, type SpanKind } from '../text/spans.js';
import type { Statement } from './statements.js';

/**
 * Splits a text at its semicolons, and decides from its words whether it is ordinary: PostgreSQL's grammar would split it
 * in the same places and find nothing that affects how it runs. Such a text is transactional, with at most a plain
 * `BEGIN … COMMIT` around it. It has no `SET TRANSACTION`, takes no session-level lock and sets no defaults for new
 * sessions.
 *
 * Only the commands listed below can be ordinary, so an unknown command never is. The text may still contain
 * errors. All spans of the text must be passed to `span`.
 */
export class OrdinaryStatements {
  /** The statements that have ended. They may be wrong if the text is not ordinary. */
  readonly statements: Statement[] = [];
  /** The start of the current statement; undefined between statements. */
  current: number | undefined;
  private holds = true;
  private form: Form = ANY;
  private ownTransaction: 'none' | 'open' | 'ended' = 'none';

  constructor(private readonly text: string) {}

  span(kind: SpanKind, start: number, end: number): void {
    if (isComment(kind)) return;
    if (kind === 'semicolon') return this.endStatement(start);
    // Only psql commands without effect are not refused. They may appear between statements.
    if (kind === 'meta-command' && this.current === undefined) return;
    if (kind === 'copy-rows') {
      this.holds = false;
      return;
    }
    const span = this.text.slice(start, end);
    if (this.current === undefined) this.begin(kind, span);
    this.current ??= start;
    this.holds &&= allows(kind, span, this.form);
  }

  /** Ends the text, which must be lexically closed. @returns whether it is ordinary */
  conclude(): boolean {
    this.endStatement(this.text.length);
    return this.holds && this.ownTransaction !== 'open';
  }

  private begin(kind: SpanKind, code: string): void {
    const form = kind === 'code' ? formOf(code) : undefined;
    if (form) this.form = form;
    else this.holds = false;
  }

  private endStatement(end: number): void {
    if (this.current === undefined) return;
    const statement = { start: this.current, end };
    this.holds &&= this.allowsInTransaction(statement);
    this.statements.push(statement);
    this.current = undefined;
  }

  private allowsInTransaction({ start, end }: Statement): boolean {
    if (this.form !== CONTROL) return this.ownTransaction !== 'ended';
    const isFirst = this.statements.length === 0;
    const isExpected = isFirst || this.ownTransaction === 'open';
    this.ownTransaction = isFirst ? 'open' : 'ended';
    return isExpected && (isFirst ? PLAIN_BEGIN : PLAIN_COMMIT).test(this.text.slice(start, end));
  }
}

/** What an ordinary statement may consist of. */
interface Form {
  /** What its code must not contain, besides {@link NEVER}. */
  readonly never?: RegExp;
  /** The kinds of spans that it may have besides code. */
  readonly spans: readonly SpanKind[];
}

/** The form of a statement, given the beginning of its code. */
function formOf(code: string): Form | undefined {
  const [command = '', ...others] = (FIRST_WORDS.exec(code)?.[0] ?? '').toLowerCase().split(/\s+/);
  const objects = OBJECTS_OF.get(command);
  if (!objects) return FORMS.get(command);
  const object = others.find((word) => !MODIFIERS.has(word)) ?? '';
  if (!OBJECTS.has(object) && !objects.has(object)) return undefined;
  return command === 'alter' && object === 'type' ? ALTER_TYPE : ANY;
}

function allows(kind: SpanKind, span: string, { never, spans }: Form): boolean {
  if (kind === 'code') return !NEVER.test(span) && !never?.test(span);
  if (!spans.includes(kind)) return false;
  // Only DO executes a string, and a DO with one is not ordinary. An identifier may hide letters: U&"\0061".
  return kind === 'string' || (!/^u/i.test(span) && !SESSION_LOCK.test(span));
}

/** Occurs in the names of all functions that take session-level locks. */
const SESSION_LOCK = /advisory_lock/i;
/**
 * `CONCURRENTLY` makes a statement non-transactional, and a `BEGIN ATOMIC` body contains semicolons. Servers
 * before 15 read `1a` as two tokens.
 */
const NEVER = /\b(?:concurrently|atomic)\b|advisory_lock|\b\d[\d.]*[A-Za-z_\u0080-\uffff]/i;

const CONTENTS: readonly SpanKind[] = ['string', 'dollar-string', 'quoted-identifier'];
const ANY: Form = { spans: CONTENTS };
const CONTROL: Form = { spans: [] };
/** Excludes `ADD VALUE`. */
const ALTER_TYPE: Form = { never: /\bvalue\b/i, spans: CONTENTS };
const FORMS: ReadonlyMap<string, Form> = new Map([
  ...commands('analyze comment grant lock refresh reset revoke truncate', ANY),
  ...commands('delete insert merge select update values with', ANY),
  ...commands('begin start commit end', CONTROL),
  // Excludes SET TRANSACTION and SET SESSION CHARACTERISTICS.
  ['set', { never: /\b(?:transaction|characteristics)\b/i, spans: CONTENTS }],
  ['do', { spans: ['dollar-string'] }],
]);

function commands(names: string, form: Form): [string, Form][] {
  return names.split(' ').map((name) => [name, form]);
}

/** Kinds of objects for which a command is transactional and does not otherwise affect how the file runs. */
const OBJECTS = words(
  'aggregate cast collation domain extension function index operator policy procedure publication schema sequence ' +
    'statistics table trigger type view',
);
const OBJECTS_OF: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['create', words('group role user')],
  ['alter', words('default routine')],
  ['drop', words('group owned role routine rule user')],
]);
/** Words between the command and the kind of object. */
const MODIFIERS = words(
  'constraint event foreign global local materialized or recursive replace temp temporary unique unlogged',
);
const FIRST_WORDS = /^[\w$\u0080-\uffff]+(?:\s+[\w$\u0080-\uffff]+){0,7}/;

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

const PLAIN_BEGIN = /^(?:begin(?:\s+(?:work|transaction))?|start\s+transaction)\s*$/i;
const PLAIN_COMMIT = /^(?:commit|end)(?:\s+(?:work|transaction))?\s*$/i;
