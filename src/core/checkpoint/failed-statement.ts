import type { FailedStatement } from '../errors/catalog/checkpoint-failure.js';
import { wordsOf } from './clean-dump.js';

/** A checkpoint that was made but not written, and what it is made from. */
export interface MadeCheckpoint {
  readonly text: string;
  readonly blocks: readonly string[];
  readonly replaced: readonly { readonly file: string; readonly text: string }[];
}

/**
 * The statement of a checkpoint on this line of its text, and the migrations that it may come from.
 *
 * @param context the server's: it names the functions in which a statement failed.
 */
export function failedStatement(
  { text, blocks, replaced }: MadeCheckpoint,
  line: number,
  context: string,
): FailedStatement | undefined {
  const block = blockOn(line, text, blocks);
  if (block === undefined) return undefined;
  const name = FUNCTION.exec(context)?.[1] ?? OBJECT.exec(block)?.[1]?.replaceAll('"', '');
  const files = name === undefined ? [] : replaced.filter((each) => hasWord(each.text, name)).map(({ file }) => file);
  return { statement: wordsOf(block), name, files };
}

function blockOn(line: number, text: string, blocks: readonly string[]): string | undefined {
  let end = 0;
  return blocks.find((block) => {
    end = text.indexOf(block, end) + block.length;
    return countLines(text.slice(0, end)) >= line;
  });
}

function countLines(text: string): number {
  return text.split('\n').length;
}

/** `SQL function "f" statement 1`, `PL/pgSQL function public.f() line 3 at IF`. */
const FUNCTION = /function "?(?:[\w"]+\.)?"?(\w+)/;
/** The first name with a schema. */
const OBJECT = /(?:"[^"]*"|[\w{}]+)\.("[^"]*"|\w+)/;

function hasWord(text: string, name: string): boolean {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_$]+/u)
    .includes(name.toLowerCase());
}
