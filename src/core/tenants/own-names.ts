import type { CatalogObject } from '../catalog/catalog-object.js';

/** The names that a tenant does not share with others. */
export interface NamesOfTenant {
  /** Undefined: its objects are in all schemas of a database. */
  readonly schema: string | undefined;
  readonly tenant: string;
  /** The role that reads. Most likely, its migrations ran as the same role. */
  readonly role: string;
}

/** An underscore is a boundary: the role `oak_app` and the index `oak_name_idx` belong to the tenant. */
const CHARACTER = String.raw`[\p{L}\p{N}$]`;

/** The names of a tenant, as they occur in texts: as words, quoted or not. */
export class OwnNames {
  private readonly placeholders = new Map<string, string>();
  private readonly pattern: string;
  private readonly qualifier: RegExp | undefined;
  private readonly here: RegExp;
  private readonly schema: string | undefined;

  constructor({ schema, tenant, role }: NamesOfTenant) {
    this.schema = schema;
    this.add(schema, '{{schema}}');
    if (/\p{L}/u.test(tenant)) this.add(tenant, '{{tenant}}'); // otherwise it may be any number
    this.add(role, '{{role}}');
    const forms = [...this.placeholders.keys()].toSorted((a, b) => b.length - a.length);
    this.pattern = `(?<!${CHARACTER})(?:${forms.map(escaped).join('|')})(?!${CHARACTER})`;
    const unquoted = [...new Set(forms.map(withoutQuotes))].map(escaped).join('|');
    this.here = new RegExp(`(?<!${CHARACTER})(?:${unquoted})(?!${CHARACTER})`, 'uy');
    const schemas = schema === undefined ? [] : formsOf(schema).map(escaped);
    this.qualifier =
      schema === undefined ? undefined : new RegExp(`(?<![\\p{L}\\p{N}_$])(?:${schemas.join('|')})\\.`, 'gu');
  }

  /** A text with placeholders instead of the names. */
  replacedIn(text: string): string {
    return text.replace(new RegExp(this.pattern, 'gu'), (form) => this.placeholders.get(form) ?? form);
  }

  /** The name of an object without the schema: of the object itself, and of the types of its arguments. */
  withoutSchema(name: CatalogObject['name']): readonly string[] {
    const { qualifier, schema } = this;
    if (!qualifier) return name;
    const own = name[0] === schema ? name.slice(1) : name;
    return own.map((part) => part.replace(qualifier, ''));
  }

  /** The length of the name that begins at this index of a text without double quotes; 0 if none does. */
  lengthAt(text: string, index: number): number {
    this.here.lastIndex = index;
    return this.here.exec(text)?.[0].length ?? 0;
  }

  private add(name: string | undefined, placeholder: string): void {
    if (name === undefined || name === '') return;
    for (const form of formsOf(name)) if (!this.placeholders.has(form)) this.placeholders.set(form, placeholder);
  }
}

/** In strings, apostrophes are doubled. */
function formsOf(name: string): string[] {
  return [`"${name.replaceAll('"', '""')}"`, name].flatMap((form) => [form, form.replaceAll("'", "''")]);
}

function withoutQuotes(text: string): string {
  return text.replaceAll('"', '');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

/**
 * True if two texts differ only in the names of their tenants. Such a name may also be that of a table or an alias, so it
 * is not enough to replace it everywhere. Whether an identifier is quoted depends on the names in it.
 */
export function differOnlyInNames(one: string, other: string, of: OwnNames, to: OwnNames): boolean {
  if (one === other) return true;
  return differOnlyInWords(withoutQuotes(one), withoutQuotes(other), of, to);
}

function differOnlyInWords(one: string, other: string, of: OwnNames, to: OwnNames): boolean {
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
