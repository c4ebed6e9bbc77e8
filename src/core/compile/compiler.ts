import type { Migration } from '../migration/migration.js';
import type { Layout } from '../tools/layouts.js';
import { compile, type Compiled } from './compile.js';
import { placeholderNames, type Placeholders } from './placeholders.js';
import type { ParseStatements } from './program.js';

/** A run compiles ahead, so results are kept for a while; but thousands of tenants each have their own. */
const MAX_KEPT = 50;

/** Compiles each migration once per set of values that it uses, however many targets it is applied to. */
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
    const key = keyOf(migration, placeholders);
    const known = byValues.get(key) ?? compile(migration, this.parse, { layout: this.layout, placeholders });
    byValues.delete(key); // the first key is the least recently used one
    byValues.set(key, known);
    const [oldest] = byValues.keys();
    if (byValues.size > MAX_KEPT && oldest !== undefined) byValues.delete(oldest);
    return known;
  }
}

/** The same for all targets if the migration contains no placeholder. */
function keyOf({ text }: Migration, placeholders: Placeholders | undefined): string {
  if (!placeholders) return '';
  const { values, delimiters } = placeholders;
  const used = placeholderNames(text, placeholders).map((name) => [
    name,
    Object.hasOwn(values, name) ? values[name] : null,
  ]);
  return JSON.stringify([delimiters, ...used]);
}
