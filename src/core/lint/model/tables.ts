import { shown, type RelationName } from '../syntax/relation.js';
import type { ColumnType } from '../syntax/types.js';
import type { CatalogFacts, TableFacts, TableSize } from './facts.js';

/** What is known about a column, from the catalog or from the migrations so far. */
export interface KnownColumn {
  readonly type: ColumnType | undefined;
  readonly notNull: boolean;
}

/** What is known about a table. */
export interface KnownTable {
  /** Created in this run, so it has no rows and no readers yet. */
  isNew: boolean;
  readonly facts: TableFacts | undefined;
  readonly columns: Map<string, KnownColumn>;
  /** Constraints `CHECK (column IS NOT NULL)`, by name. */
  readonly notNullChecks: Map<string, { readonly column: string; readonly isValid: boolean }>;
}

/** What is known about the tables of a database at one point of a run. Each checked statement updates it. */
export class Tables {
  private readonly known = new Map<string, KnownTable>();
  private readonly indexes = new Map<string, RelationName>();
  private schema: string;

  private readonly defaultSchema: string;

  /** @param defaultSchema the schema for unqualified names. @default the first existing schema in the search path */
  constructor(catalog: CatalogFacts | undefined, defaultSchema: string | undefined) {
    this.defaultSchema = defaultSchema ?? catalog?.defaultSchema ?? 'public';
    this.schema = this.defaultSchema;
    for (const { name, facts } of catalog?.tables ?? []) {
      if (facts.kind === 'index' && facts.table) this.indexes.set(this.fullName(name), facts.table);
      else this.known.set(this.fullName(name), knownTable(facts));
    }
  }

  /** The schema-qualified form of a name, as resolved at this point. */
  fullName({ schema, name }: RelationName): string {
    return shown({ schema: schema ?? this.schema, name });
  }

  /** True for a table, view or index that was created in this run. */
  isNew(name: RelationName): boolean {
    const table = this.indexes.get(this.fullName(name));
    return (this.find(name) ?? (table && this.find(table)))?.isNew === true;
  }

  /** True if the catalog or a migration shows that it exists. */
  exists(name: RelationName): boolean {
    return this.find(name) !== undefined;
  }

  find(name: RelationName): KnownTable | undefined {
    const temporary = name.schema === undefined ? this.known.get(`pg_temp.${name.name}`) : undefined;
    return temporary ?? this.known.get(this.fullName(name));
  }

  /** What is known about a table; an empty entry if it has not been mentioned yet. */
  entry(name: RelationName): KnownTable {
    const found = this.find(name) ?? knownTable();
    this.known.set(this.fullName(name), found);
    return found;
  }

  column(table: RelationName, column: string): KnownColumn | undefined {
    return this.find(table)?.columns.get(column);
  }

  /** True if a validated constraint proves that the column contains no NULL. */
  isCheckedNotNull(table: RelationName, column: string): boolean {
    const known = this.find(table);
    if (known?.facts?.columns.some(({ name, checkedNotNull }) => name === column && checkedNotNull)) return true;
    return [...(known?.notNullChecks.values() ?? [])].some((check) => check.column === column && check.isValid);
  }

  /** As the catalog estimates it; undefined if the table is new or was never analyzed. */
  sizeOf(name: RelationName): TableSize | undefined {
    const facts = this.find(name)?.facts;
    if (!facts || (facts.rows === undefined && facts.bytes === 0)) return undefined;
    return { table: shown(name), rows: facts.rows, bytes: facts.bytes };
  }

  /** The table of an index, or the table itself. */
  tableOf(name: RelationName): RelationName {
    return this.indexes.get(this.fullName(name)) ?? name;
  }

  create(name: RelationName): KnownTable {
    const created: KnownTable = { ...knownTable(), isNew: true };
    this.known.set(this.fullName(name), created);
    return created;
  }

  drop(name: RelationName): void {
    this.known.delete(this.fullName(name));
    this.indexes.delete(this.fullName(name));
  }

  move(from: RelationName, to: RelationName): void {
    const table = this.entry(from);
    this.drop(from);
    this.known.set(this.fullName(to), table);
  }

  addIndex(index: RelationName, table: RelationName): void {
    this.indexes.set(this.fullName(index), table);
  }

  /** @param schema the first one in a new search path; undefined for the default. */
  setSchema(schema: string | undefined): void {
    this.schema = schema ?? this.defaultSchema;
  }

  /** From now on, the tables created so far may have rows and readers. */
  endRun(): void {
    for (const table of this.known.values()) table.isNew = false;
  }
}

function knownTable(facts?: TableFacts): KnownTable {
  const columns = (facts?.columns ?? []).map(({ name, type, notNull }) => [name, { type, notNull }] as const);
  return { isNew: false, facts, columns: new Map(columns), notNullChecks: new Map() };
}
