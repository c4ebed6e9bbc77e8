import type { CatalogObject } from '../catalog/catalog-object.js';

/** Stands for the name of a tenant's schema in a definition, as in the files of tenants. */
const PLACEHOLDER = '{{schema}}';

const WORD = String.raw`[\p{L}\p{N}_$]`;

/** The name of a tenant's schema, as it occurs in texts: as a word, quoted or not. */
export class SchemaName {
  private readonly pattern: string;
  private readonly here: RegExp;

  constructor(readonly name: string) {
    const forms = [`"${name.replaceAll('"', '""')}"`, name].map(escaped).join('|');
    this.pattern = `(?<!${WORD})(?:${forms})(?!${WORD})`;
    this.here = new RegExp(this.pattern, 'uy');
  }

  /** A text with a placeholder instead of the name. */
  replacedIn(text: string): string {
    return text.replace(new RegExp(this.pattern, 'gu'), PLACEHOLDER);
  }

  /** The name of an object without the schema: of the object itself, and of the types of its arguments. */
  removedFrom([schema, ...parts]: CatalogObject['name']): readonly string[] {
    const own = schema === this.name ? parts : [...(schema === undefined ? [] : [schema]), ...parts];
    const qualifier = new RegExp(`${this.pattern}\\.`, 'gu');
    return own.map((part) => part.replace(qualifier, ''));
  }

  /** The length of the name if it begins at this index; otherwise 0. */
  lengthAt(text: string, index: number): number {
    this.here.lastIndex = index;
    return this.here.exec(text)?.[0].length ?? 0;
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

/**
 * True if two texts differ only in the names of their schemas. The name of a schema may also be that of a table or an
 * alias, so it is not enough to replace it everywhere.
 */
export function differOnlyInSchema(one: string, other: string, of: SchemaName, to: SchemaName): boolean {
  if (one === other) return true;
  let [i, j] = [0, 0];
  while (i < one.length || j < other.length) {
    const [own, its] = [of.lengthAt(one, i), to.lengthAt(other, j)];
    const isName = own > 0 && its > 0;
    if (!isName && one[i] !== other[j]) return false;
    i += isName ? own : 1;
    j += isName ? its : 1;
  }
  return true;
}
