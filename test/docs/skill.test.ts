import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CHANGES } from '../../src/cli/commands/changes.js';
import { unknownInstructions } from './existing-names.js';

const text = readFileSync('SKILL.md', 'utf8');
const [beforeConsent = '', consent = ''] = text.split('## Ask a person first');

describe('SKILL.md', () => {
  test('has the fields that agents look for', () => {
    expect(text).toMatch(/^---\nname: nestjs-pg-migrations\ndescription: .{50,1000}\n---\n/);
  });

  test('names only commands, flags and codes that exist', () => {
    expect(text.match(/nest-migrations [a-z]+/g)?.length).toBeGreaterThan(8);
    expect(unknownInstructions(text)).toEqual([]);
    const errors = readFileSync('docs/errors.md', 'utf8');
    for (const [, code] of text.matchAll(/`\[([A-Z_]+)\]`/g)) expect(errors).toContain(`\n## ${code}\n`);
  });

  test('requires consent for every command that changes the history, and for no other', () => {
    const listed = [...consent.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, name = '']) => name);
    expect(listed).toEqual(CHANGES.map(({ name }) => name).toSorted());
    expect(listed).toEqual(expect.arrayContaining(['repair', 'mark', 'accept']));
  });

  test('names none of them before that section', () => {
    const told = [...beforeConsent.matchAll(/nest-migrations ([a-z]+)/g)].map(([, name = '']) => name);
    expect(told.filter((name) => CHANGES.some((each) => each.name === name))).toEqual([]);
    expect(beforeConsent).not.toContain('--yes');
  });

  test('points to documents of the package', () => {
    const documents = [...text.matchAll(/node_modules\/nestjs-pg-migrations\/(docs\/[\w/-]+\.md)/g)];
    expect(documents.length).toBeGreaterThan(2);
    for (const [, document = ''] of documents) expect(readFileSync(document, 'utf8')).not.toBe('');
  });
});
