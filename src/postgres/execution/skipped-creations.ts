import { locateInFile } from '../../core/compile/source-text.js';
import { parsedStatementsOf } from '../../core/compile/program.js';
import type { Task } from '../../core/compile/task.js';
import { finding, problemOf, type Finding } from '../../core/errors/finding.js';
import { SQLSTATE } from '../../core/errors/sqlstate.js';
import type { Notice } from '../../core/history/history.js';
import type { TableFacts } from '../../core/lint/model/facts.js';
import type { RelationName } from '../../core/lint/syntax/relation.js';
import type { Migration } from '../../core/migration/migration.js';
import { createsSame, creationsOf, type Creation } from '../../core/skipped/creations.js';
import { differences } from '../../core/skipped/differences.js';
import { maskSecrets } from '../../core/sql/text/secrets.js';
import { secretsOf } from '../../core/target/target.js';
import { readTableFacts } from '../catalog/table-facts.js';
import { parseStatements } from '../parser/parse-sql.js';
import type { ExecutionContext } from './execution-context.js';

/** A creation in a task of this run that was skipped because the object exists. */
interface Skipped {
  readonly task: Task;
  readonly creation: Creation;
  /** Where its statement starts, in the source. */
  readonly offset: number;
}

/** Severity of the messages that are stored in a row; the server sends no other messages with it here. */
const KEPT_SEVERITY = 'WARNING';

/**
 * Warns about statements with IF NOT EXISTS that found an object that another migration created or that differs from
 * their definition, and stores the warnings with the server messages of the migration. Costs nothing unless a notice
 * said that an object already exists.
 *
 * @param applied the files that this run has applied.
 */
export async function warnOfSkipped(
  context: ExecutionContext,
  tasks: readonly Task[],
  applied: ReadonlySet<string>,
): Promise<void> {
  const skipped: Skipped[] = [];
  for (const [file, notices] of context.notices.collected()) {
    if (!notices.some(saysExists)) continue;
    const task = tasks.find(({ program }) => program.migration.file === file);
    if (task) skipped.push(...(await skippedIn(task, notices)));
  }
  if (skipped.length === 0) return;
  // A lost connection is reported by the next write.
  const facts = await factsAbout(context, skipped).catch((): Facts => new Map());
  const earlier = new EarlierCreations(context.settings.migrations);
  for (const each of skipped) {
    const isComparable = !isTouchedLater(each, tasks, applied);
    const known = isComparable ? facts.get(each.creation.relation) : undefined;
    const found = await findingAbout(context, each, known, earlier);
    if (!found) continue;
    context.listener.warning(found);
    const sqlstate = each.creation.column === undefined ? SQLSTATE.duplicateTable : SQLSTATE.duplicateColumn;
    const { migration } = each.task.program;
    context.notices.keep(migration, { severity: KEPT_SEVERITY, sqlstate, message: messageOf(found) });
  }
}

/** Line and problem, for the row of the file. */
function messageOf(found: Finding): string {
  return `line ${found.line}: ${problemOf(found)}`;
}

function saysExists({ sqlstate }: Notice): boolean {
  return sqlstate === SQLSTATE.duplicateTable || sqlstate === SQLSTATE.duplicateColumn;
}

/** The server sends these notices in statement order, each with the name of the existing object. */
async function skippedIn(task: Task, notices: readonly Notice[]): Promise<Skipped[]> {
  const statements = (await parsedStatementsOf(task.program)) ?? [];
  const candidates = statements.flatMap(({ node, start: offset }) =>
    creationsOf(node).map((creation) => ({ task, creation, offset })),
  );
  let next = 0;
  return notices.filter(saysExists).flatMap(({ message, sqlstate }) => {
    const isColumn = sqlstate === SQLSTATE.duplicateColumn;
    const at = candidates.findIndex(
      ({ creation: { column, relation, mayExist } }, i) =>
        i >= next && mayExist && (column !== undefined) === isColumn && message.includes(column ?? relation.name),
    );
    if (at < 0) return [];
    next = at + 1;
    return candidates.slice(at, next);
  });
}

type Facts = ReadonlyMap<RelationName, TableFacts>;

/** If a file sets its own search path, its names cannot be resolved with the current one. */
async function factsAbout({ connection, target }: ExecutionContext, skipped: readonly Skipped[]): Promise<Facts> {
  const names = skipped
    .filter(
      ({ creation, task }) => creation.relation.schema !== undefined || !/search_path/i.test(task.program.source.sql),
    )
    .map(({ creation }) => creation.relation);
  const { tables } = await readTableFacts(connection, names, target.searchPath);
  return new Map(tables.map(({ name, facts }) => [name, facts]));
}

/** An object that a later migration of this run may have changed can no longer be compared. */
function isTouchedLater({ task, creation }: Skipped, tasks: readonly Task[], applied: ReadonlySet<string>): boolean {
  return tasks
    .slice(tasks.indexOf(task) + 1)
    .some(
      ({ program: { migration } }) => applied.has(migration.file) && migration.text.includes(creation.relation.name),
    );
}

async function findingAbout(
  context: ExecutionContext,
  { task, creation, offset }: Skipped,
  facts: TableFacts | undefined,
  earlier: EarlierCreations,
): Promise<Finding | undefined> {
  const { migration, source } = task.program;
  const creator = await earlier.creatorOf(creation, migration);
  const differs = differences(creation, facts, creator?.creation);
  if (!creator && differs.length === 0) return undefined;
  const mask = (text: string): string => maskSecrets(text, secretsOf(context.target));
  const { line, column } = locateInFile(migration, source, offset);
  return finding('CREATION_SKIPPED', {
    subject: migration.file,
    line,
    column,
    detail: mask(creation.label),
    recorded: creator?.file ?? null,
    actual: differs.length > 0 ? mask(differs.join('; ')) : null,
  });
}

interface Creator {
  readonly file: string;
  readonly creation: Creation;
}

/** What earlier migrations create. Parses each migration once, however many statements were skipped. */
class EarlierCreations {
  private readonly parsed = new Map<string, Promise<readonly Creation[]>>();

  constructor(private readonly migrations: readonly Migration[]) {}

  /** The first migration before this one that creates the same object. */
  async creatorOf(wanted: Creation, { file }: Migration): Promise<Creator | undefined> {
    const end = this.migrations.findIndex((each) => each.file === file);
    for (const each of this.migrations.slice(0, end)) {
      if (!each.text.includes(wanted.column ?? wanted.relation.name)) continue;
      const creation = (await this.creationsIn(each)).find((other) => createsSame(wanted, other));
      if (creation) return { file: each.file, creation };
    }
    return undefined;
  }

  private creationsIn({ file, text }: Migration): Promise<readonly Creation[]> {
    const known = this.parsed.get(file);
    if (known) return known;
    const parsing = parseStatements(text).then((all = []) => all.flatMap(({ node }) => creationsOf(node)));
    this.parsed.set(file, parsing);
    return parsing;
  }
}
