import type { Migration } from '../migration/migration.js';
import type { Layout } from '../tools/layouts.js';
import { compile, type Compiled } from './compile.js';
import type { Placeholders } from './placeholders.js';
import type { ParseStatements } from './program.js';

/** Compiles each migration once per set of placeholder values, however many targets it is applied to. */
export class Compiler {
  /** Weakly keyed by migration, so that unused results are garbage-collected. */
  private readonly compiled = new WeakMap<Migration, Map<string, Promise<Compiled>>>();

  constructor(
    private readonly parse: ParseStatements,
    private readonly layout: Layout,
  ) {}

  /** @param placeholders undefined when the feature is off; `{{…}}` is then plain text. */
  compile(migration: Migration, placeholders: Placeholders | undefined): Promise<Compiled> {
    const byValues = this.compiled.get(migration) ?? new Map<string, Promise<Compiled>>();
    this.compiled.set(migration, byValues);
    const key = JSON.stringify(placeholders ?? null);
    const known = byValues.get(key) ?? compile(migration, this.parse, { layout: this.layout, placeholders });
    byValues.set(key, known);
    return known;
  }
}
