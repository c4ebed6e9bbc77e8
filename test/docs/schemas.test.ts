import { describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/cli/program.js';
import { expectSchema, readSchemas, schemaOf } from '../cli/schemas.js';

describe('docs/schemas', () => {
  test('has a schema for every command with --json, for failures, and for what they share', async () => {
    const withJson = COMMANDS.filter(({ flags }) => flags.some(([flag]) => flag === '--json')).map(({ name }) =>
      schemaOf(name),
    );
    const { names, validate } = await readSchemas();
    expect(names.toSorted()).toEqual([...withJson, 'common', 'error'].toSorted());
    for (const name of names) expect(validate(name)).toEqual(expect.any(Function));
  });
});

const text = (output: unknown): string => JSON.stringify(output);

describe('an output', () => {
  test('matches the schema of its command, or that of an error', async () => {
    await expectSchema('new', text({ file: '001_a.sql', path: 'migrations/001_a.sql' }));
    await expectSchema('new', text({ error: { code: 'USAGE', message: 'no' } }));
  });

  test.each<[string, string, unknown, string]>([
    ['an additional field', 'new', { file: 'a', path: 'b', more: 1 }, 'must NOT have additional properties'],
    ['a missing field', 'new', { file: 'a' }, "must have required property 'path'"],
    ['a wrong type', 'pending', { migrations: [{ file: 1, state: 'pending' }] }, '/migrations/0/file must be string'],
    ['an unknown state', 'pending', { migrations: [{ file: 'a', state: 'new' }] }, '/migrations/0/state must be equal'],
    ['an invalid time', 'history', { entries: [{ at: 'today' }] }, '/entries/0/at must match format'],
    ['an additional error field', 'new', { error: { code: 'A', message: 'b', more: 1 } }, '/error must NOT have'],
  ])('with %s does not match its schema', async (_, command, output, message) => {
    await expect(expectSchema(command, text(output))).rejects.toThrow(message);
  });
});
