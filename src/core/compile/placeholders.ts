/** Values for `{{name}}` in migrations. Off unless given: then `{{…}}` is data like any other. */
export interface Placeholders {
  readonly values: Readonly<Record<string, string>>;
  /** What stands before and behind a name. */
  readonly delimiters: readonly [open: string, close: string];
}

export const DEFAULT_DELIMITERS: readonly [string, string] = ['{{', '}}'];

/** A text after substitution, with the way back. */
export interface Substituted {
  readonly text: string;
  /** The offset in the text before, for an offset in the text after: inside a value, where its placeholder begins. */
  readonly toOriginal: (offset: number) => number;
  /** Placeholders that have no value, with their offsets in the text before. */
  readonly unknown: readonly { readonly name: string; readonly offset: number }[];
}

/** Others stay as they are: `{{ 1 }}` is no placeholder. Colons are for names like `flyway:database`. */
const NAME = '[A-Za-z_][\\w.:-]*';

/** True for what can stand between the delimiters. */
export function isPlaceholderName(text: string): boolean {
  return new RegExp(`^${NAME}$`).test(text);
}

/** Puts values in the place of placeholders, as they are: making them safe SQL is up to whoever gives them. */
export function substitute(text: string, { values, delimiters }: Placeholders): Substituted {
  const [open, close] = delimiters.map((delimiter) => delimiter.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`${open}\\s*(${NAME})\\s*${close}`, 'g');
  const pieces: { at: number; originalAt: number; length: number; originalLength: number }[] = [];
  const unknown: { name: string; offset: number }[] = [];
  let growth = 0;
  const result = text.replace(pattern, (whole, name: string, offset: number) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) unknown.push({ name, offset });
    const replacement = value ?? whole;
    pieces.push({ at: offset + growth, originalAt: offset, length: replacement.length, originalLength: whole.length });
    growth += replacement.length - whole.length;
    return replacement;
  });
  const toOriginal = (offset: number): number => {
    const piece = pieces.findLast(({ at }) => at <= offset);
    if (!piece) return offset;
    const behind = offset - piece.at - piece.length;
    return behind < 0 ? piece.originalAt : piece.originalAt + piece.originalLength + behind;
  };
  return { text: result, toOriginal, unknown };
}
