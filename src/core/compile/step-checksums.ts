import { createHash } from 'node:crypto';
import { visitTokens } from '../sql/text/canonical.js';
import type { Step } from '../sql/statements/steps.js';
import type { NonTransactionalProgram } from './program.js';

/**
 * For each step, the SHA-256 (hex) of the file from its beginning to the end of that step, without comments and
 * whitespace. It covers the text before substitution, because placeholder values must not be stored, not even as a
 * checksum. All checksums are computed in one pass, at the first call.
 */
export function stepChecksums(
  program: Pick<NonTransactionalProgram, 'steps' | 'migration' | 'source'>,
): readonly string[] {
  let checksums = memo.get(program.steps);
  if (!checksums) memo.set(program.steps, (checksums = computeAll(program)));
  return checksums;
}

/** Keyed by the steps, which all copies of a program share. */
const memo = new WeakMap<readonly Step[], readonly string[]>();

/** The checksum before any step has finished. */
export const NOTHING_DONE = createHash('sha256').digest('hex');

/**
 * True when a text begins with the finished part of a migration, given by its checksum: it is the same migration under
 * another name, even if the rest has changed. False when no step has finished.
 */
export function startsWithFinishedPart(text: string, doneChecksum: string): boolean {
  if (doneChecksum === NOTHING_DONE) return false;
  const hash = new TokenHash();
  let found = false;
  let afterRows = false;
  visitTokens(text, (start, end) => {
    const token = text.slice(start, end);
    found = (token === ';' || afterRows) && hash.digest() === doneChecksum;
    hash.add(token);
    afterRows = token.endsWith('\\.');
    return !found;
  });
  return found || hash.digest() === doneChecksum;
}

function computeAll({ steps, migration: { text }, source }: Parameters<typeof stepChecksums>[0]): string[] {
  const ends = steps.map((step) => source.toFile(step.wholeEnd));
  const checksums: string[] = [];
  const hash = new TokenHash();
  const next = (): number => ends[checksums.length] ?? Infinity;
  visitTokens(text, (start, end) => {
    while (next() <= start) checksums.push(hash.digest());
    let from = start;
    // Placeholder delimiters like `$x$` can turn several statements into one token.
    while (next() < end) {
      hash.add(text.slice(from, next()), from === start);
      from = next();
      checksums.push(hash.digest());
    }
    hash.add(text.slice(from, end), from === start);
    return next() < Infinity;
  });
  while (next() < Infinity) checksums.push(hash.digest());
  return checksums;
}

/** Hashes tokens with one space between them. */
class TokenHash {
  private readonly hash = createHash('sha256');
  private empty = true;

  add(text: string, isNewToken = true): void {
    this.hash.update(isNewToken && !this.empty ? ` ${text}` : text);
    this.empty = false;
  }

  digest(): string {
    return this.hash.copy().digest('hex');
  }
}
