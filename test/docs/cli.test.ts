import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { COMMANDS } from '../../src/cli/program.js';
import { cliReference } from '../../tools/cli-reference/reference.js';

test('docs/cli.md matches the definitions of the commands: npm run docs:cli updates it', async () => {
  expect(await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8')).toBe(cliReference());
});

test('the reference names every command with every flag', () => {
  const text = cliReference();
  for (const { name, flags } of COMMANDS) {
    expect(text).toContain(`\n### ${name}\n`);
    for (const [flag] of flags) expect(text).toContain(`| \`${flag}\` |`);
  }
});
