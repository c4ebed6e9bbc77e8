import { expect } from '@jest/globals';
import { inspect } from 'node:util';

/** A password that a URL must encode. */
export const PASSWORD = 'hunter2/#: ñ';

/** Everything that a log could make of an error. */
function everyText(error: unknown): string {
  const chain: unknown[] = [];
  for (let one: unknown = error; one !== undefined && chain.length < 9; one = (one as Error).cause) chain.push(one);
  return chain
    .map((one) =>
      [String(one), (one as Error).stack, JSON.stringify(one), inspect(one, { depth: 9, showHidden: true })].join('\n'),
    )
    .join('\n');
}

export function expectNoSecret(subject: unknown, ...secrets: string[]): void {
  const text = subject instanceof Error ? everyText(subject) : JSON.stringify(subject);
  for (const secret of [...secrets, PASSWORD, encodeURIComponent(PASSWORD), 'hunter2'])
    expect(text).not.toContain(secret);
}
