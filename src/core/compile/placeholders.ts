/** Values for `{{name}}` in migrations. */
export interface Placeholders {
  readonly values: Readonly<Record<string, string>>;
  /** The markers before and after a name. */
  readonly delimiters: readonly [open: string, close: string];
  /** Names of values that messages may show. @default none */
  readonly shown?: readonly string[];
}

/** The markers before and after the name of a placeholder, unless the options say otherwise. */
export const DEFAULT_DELIMITERS: readonly [string, string] = ['{{', '}}'];

/** The text after substitution, with a mapping back to the original. */
interface Substituted {
  readonly text: string;
  /** Maps an offset to the original text. An offset inside a value maps to the start of its placeholder. */
  readonly toOriginal: (offset: number) => number;
  /** Placeholders without a value, with their offsets in the original text. */
  readonly unknown: readonly { readonly name: string; readonly offset: number }[];
  /** Names of the placeholders that were replaced. */
  readonly replaced: ReadonlySet<string>;
}

/** Anything else is left unchanged: `{{ 1 }}` is not a placeholder. Colons allow names like `flyway:database`. */
export const PLACEHOLDER_NAME = '[A-Za-z_][\\w.:-]*';

/** True if a text is valid as a placeholder name. */
export function isPlaceholderName(text: string): boolean {
  return new RegExp(`^${PLACEHOLDER_NAME}$`).test(text);
}

/** The names of the placeholders in a text. */
export function placeholderNames(text: string, { delimiters }: Pick<Placeholders, 'delimiters'>): readonly string[] {
  return [...new Set([...text.matchAll(patternOf(delimiters))].map(([, name = '']) => name))];
}

function patternOf(delimiters: Placeholders['delimiters']): RegExp {
  const [open, close] = delimiters.map((delimiter) => delimiter.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`${open}\\s*(${PLACEHOLDER_NAME})\\s*${close}`, 'g');
}

/** Replaces placeholders with their values, verbatim: the caller must make sure that they are safe SQL. */
export function substitute(text: string, { values, delimiters }: Placeholders): Substituted {
  const pattern = patternOf(delimiters);
  const spans: { at: number; originalAt: number; length: number; originalLength: number }[] = [];
  const unknown: { name: string; offset: number }[] = [];
  const replaced = new Set<string>();
  let growth = 0;
  const result = text.replace(pattern, (whole, name: string, offset: number) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) unknown.push({ name, offset });
    else replaced.add(name);
    const replacement = value ?? whole;
    spans.push({ at: offset + growth, originalAt: offset, length: replacement.length, originalLength: whole.length });
    growth += replacement.length - whole.length;
    return replacement;
  });
  const toOriginal = (offset: number): number => {
    let low = 0;
    for (let high = spans.length; low < high;) {
      const middle = (low + high) >> 1;
      if ((spans[middle]?.at ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    const span = spans[low - 1];
    if (!span) return offset;
    const past = offset - span.at - span.length;
    return past < 0 ? span.originalAt : span.originalAt + span.originalLength + past;
  };
  return { text: result, toOriginal, unknown, replaced };
}
