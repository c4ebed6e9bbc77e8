import { isComment, type TokenKind } from '../text/lexer.js';

/** What the next token of a statement may be. */
type Expected =
  /** Its first word. */
  | 'command'
  /** After CREATE, ALTER or DROP: the kind of object. */
  | 'object'
  /** Only words, which are checked at its end: it opens or ends a transaction. */
  | 'control'
  /** Only words and a dollar-quoted string: it is a `DO` block. */
  | 'block'
  | 'anything';

/**
 * Proves from its words alone that a text is ordinary: PostgreSQL's grammar would split it at the same semicolons and
 * find nothing that decides how it runs. Such a text is transactional, with at most a plain `BEGIN … COMMIT` around it.
 * It has no `SET TRANSACTION`, takes no session-level lock and sets no defaults for new sessions.
 *
 * Only the commands listed below can be ordinary, so one that is not known here never is. The text may still have
 * mistakes. It expects all tokens of the text.
 */
export class OrdinaryProof {
  private holds = true;
  private expected: Expected = 'command';
  private start = 0;
  private objects = NONE;
  private never = NONE;
  private parentheses = 0;
  private isFirst = true;
  private ownTransaction: 'none' | 'open' | 'ended' = 'none';

  constructor(private readonly text: string) {}

  token(kind: TokenKind, start: number, end: number): void {
    if (!this.holds || isComment(kind)) return;
    if (kind === 'word') this.holds = this.allowsWord(this.text.slice(start, end).toLowerCase(), start);
    else if (kind === 'semicolon') this.holds = this.allowsEnd(start);
    else this.holds = this.allowsOther(kind, this.text.slice(start, end));
  }

  /** True if the text, which ends here and is lexically closed, is ordinary. */
  conclude(): boolean {
    return this.holds && this.allowsEnd(this.text.length) && this.ownTransaction !== 'open';
  }

  private allowsWord(word: string, start: number): boolean {
    if (this.expected === 'command') return this.begin(word, start);
    if (this.expected === 'object' && !MODIFIERS.has(word)) {
      if (!this.objects.has(word)) return false;
      if (this.objects === ALTERED && word === 'type') this.never = IN_ALTER_TYPE;
      this.expected = 'anything';
    }
    return !ANYWHERE.has(word) && !this.never.has(word) && !word.includes(SESSION_LOCK);
  }

  private begin(word: string, start: number): boolean {
    const rest = COMMANDS.get(word);
    if (rest === undefined || this.ownTransaction === 'ended') return false;
    this.start = start;
    this.expected = typeof rest === 'string' ? rest : 'object';
    this.objects = typeof rest === 'string' ? NONE : rest;
    this.never = word === 'set' ? IN_SET : NONE;
    return true;
  }

  private allowsEnd(end: number): boolean {
    const { expected, isFirst, ownTransaction } = this;
    if (expected === 'command') return true;
    if (expected === 'object' || this.parentheses !== 0) return false;
    this.expected = 'command';
    this.isFirst = false;
    if (expected !== 'control') return true;
    const statement = this.text.slice(this.start, end);
    this.ownTransaction = isFirst ? 'open' : 'ended';
    return isFirst ? PLAIN_BEGIN.test(statement) : ownTransaction === 'open' && PLAIN_COMMIT.test(statement);
  }

  private allowsOther(kind: TokenKind, token: string): boolean {
    // Only those that do nothing are not refused. They may stand between statements.
    if (kind === 'meta-command') return this.expected === 'command';
    if (kind === 'dollar-string' && this.expected === 'block') return !token.toLowerCase().includes(SESSION_LOCK);
    if (this.expected !== 'anything') return false;
    switch (kind) {
      case 'quoted-identifier':
        return token.startsWith('"') && !token.toLowerCase().includes(SESSION_LOCK);
      case 'number':
        return PLAIN_NUMBER.test(token);
      case 'punctuation':
        if (token === '(') this.parentheses++;
        if (token === ')') this.parentheses--;
        return this.parentheses >= 0 && PUNCTUATION.test(token);
      default:
        return kind !== 'copy-rows';
    }
  }
}

type Words = ReadonlySet<string>;

function words(text: string): Words {
  return new Set(text.split(' '));
}

const NONE: Words = new Set();

/** Kinds of objects for which a command is transactional and decides nothing else. */
const OBJECTS =
  'aggregate cast collation domain extension function index operator policy procedure publication schema sequence ' +
  'statistics table trigger type view';
const CREATED = words(`${OBJECTS} group role user`);
const ALTERED = words(`${OBJECTS} default routine`);
const DROPPED = words(`${OBJECTS} group owned role routine rule user`);
/** Words between the command and the kind of object. */
const MODIFIERS = words(
  'constraint event foreign global local materialized or recursive replace temp temporary unique unlogged',
);

/** The first words of statements, and what may follow them. */
const COMMANDS: ReadonlyMap<string, Expected | Words> = new Map<string, Expected | Words>([
  ['create', CREATED],
  ['alter', ALTERED],
  ['drop', DROPPED],
  ['do', 'block'],
  ...commands('begin start commit end', 'control'),
  ...commands('analyze comment grant lock refresh reset revoke set truncate', 'anything'),
  ...commands('delete insert merge select update values with', 'anything'),
]);

function commands(text: string, expected: Expected): [string, Expected][] {
  return [...words(text)].map((word) => [word, expected]);
}

/** They make a statement non-transactional, or its body a list of statements with semicolons of its own. */
const ANYWHERE = words('concurrently atomic');
/** A part of the names of all functions that take session-level locks. */
const SESSION_LOCK = 'advisory_lock';
/** `SET TRANSACTION` and `SET SESSION CHARACTERISTICS`. */
const IN_SET = words('transaction characteristics');
/** `ADD VALUE`. */
const IN_ALTER_TYPE = words('value');

const PLAIN_BEGIN = /^(?:begin(?:\s+(?:work|transaction))?|start\s+transaction)\s*$/i;
const PLAIN_COMMIT = /^(?:commit|end)(?:\s+(?:work|transaction))?\s*$/i;
/** Servers before 15 read `1a` as two tokens. */
const PLAIN_NUMBER = /^\d+(?:\.\d*)?$/;
const PUNCTUATION = /^(?:[()[\],.]|\$\d+)$/;
