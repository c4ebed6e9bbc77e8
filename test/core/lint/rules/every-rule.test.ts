import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { RULES } from '../../../../src/core/lint/registry.js';

const directory = new URL('.', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, directory), 'utf8');

/** Rules about several files, or about comments, which a case with one migration cannot show. */
const TESTED_ELSEWHERE: Readonly<Record<string, string>> = {
  'duplicate-version': './files.test.ts',
  'invalid-allow': '../allowing.test.ts',
};

const cases = readdirSync(directory)
  .filter((file) => file.endsWith('.test.ts'))
  .map(read)
  .join('\n');

const names = RULES.map(({ name }) => name);

test.each(names.filter((name) => !(name in TESTED_ELSEWHERE)))(
  '%s has migrations to find, and harmless ones',
  (name) => {
    const found = `\\{\\n    found: \\[\\s*\\S[^]*?`;
    expect(cases).toMatch(new RegExp(`^  '?${name}'?: ${found}\\n    harmless: \\[\\s*[^\\s\\]]`, 'm'));
  },
);

test.each(Object.entries(TESTED_ELSEWHERE))('%s has tests in %s', (name, file) => {
  expect(read(file)).toContain(`'${name}'`);
});
