import { describe, expect, test } from '@jest/globals';
import type { CatalogObject, ObjectKind } from '../../../src/core/catalog/catalog-object.js';
import { commandsOnObject } from '../../../src/core/catalog/commands-on-object.js';
import type { DdlEntry } from '../../../src/core/history/ddl-audit.js';

const object = (kind: ObjectKind, ...name: string[]): CatalogObject => ({ kind, name, definition: '', properties: {} });
const entry = (command: string, on: string | null, more: Partial<DdlEntry> = {}): DdlEntry => ({
  id: 1,
  at: new Date(0),
  role: 'eve',
  login: 'eve',
  application: 'psql',
  address: null,
  command,
  objectType: null,
  object: on,
  dropped: false,
  ...more,
});

describe('a recorded command', () => {
  test.each<[string, CatalogObject, DdlEntry, boolean]>([
    ['on a table concerns it', object('table', 'app', 'orders'), entry('CREATE TABLE', 'app.orders'), true],
    ['concerns its columns', object('column', 'app', 'orders', 'note'), entry('ALTER TABLE', 'app.orders'), true],
    ['on another table does not', object('table', 'app', 'orders'), entry('CREATE TABLE', 'app.orders2'), false],
    ['on a column concerns it', object('column', 'app', 'o', 'n'), entry('ALTER TABLE', 'app.o.n'), true],
    ['on an index names only its schema', object('index', 'app', 'o', 'by_n'), entry('CREATE INDEX', 'app.by_n'), true],
    ['in another schema does not count', object('index', 'app', 'o', 'by_n'), entry('CREATE INDEX', 'b.by_n'), false],
    ['on a trigger names its table', object('trigger', 'app', 'o', 't'), entry('CREATE TRIGGER', 't on app.o'), true],
    ['on a function', object('function', 'app', 'f(integer)'), entry('CREATE FUNCTION', 'app.f(integer)'), true],
    ['may quote names', object('table', 'app', 'Orders'), entry('CREATE TABLE', 'app."Orders"'), true],
    [
      'that drops a schema concerns what was in it',
      object('table', 'app', 'orders'),
      entry('DROP SCHEMA', 'app', { dropped: true, objectType: 'schema' }),
      true,
    ],
    ['without an object does not concern any', object('grants', 'app', 'orders', 'table'), entry('GRANT', null), false],
    ['on a table is no grant', object('grants', 'app', 'orders', 'table'), entry('ALTER TABLE', 'app.orders'), false],
    ['that comments on it is not a change', object('table', 'app', 'orders'), entry('COMMENT', 'app.orders'), false],
    [
      'that comments on it concerns the comment',
      object('comment', 'app', 'orders', 'table app.orders'),
      entry('COMMENT', 'app.orders'),
      true,
    ],
  ])('%s', (_, on, recorded, expected) => {
    expect(commandsOnObject(on, [recorded]).length > 0).toBe(expected);
  });

  test('that names the object takes precedence over one that names its table, and repeated ones count once', () => {
    const entries = [
      entry('ALTER TABLE', 'app.o'),
      entry('CREATE INDEX', 'app.by_n'),
      entry('ALTER INDEX', 'app.by_n'),
      entry('ALTER INDEX', 'app.by_n', { at: new Date(7) }),
      entry('ALTER TABLE', 'app.o'),
    ];
    expect(commandsOnObject(object('index', 'app', 'o', 'by_n'), entries)).toMatchObject([
      { command: 'CREATE INDEX' },
      { command: 'ALTER INDEX', at: new Date(7) },
    ]);
    expect(commandsOnObject(object('index', 'app', 'o', 'other'), entries)).toMatchObject([{ command: 'ALTER TABLE' }]);
  });

  test('is one of the latest three, in order', () => {
    const entries = ['A', 'B', 'C', 'D'].map((command) => entry(command, 'app.orders'));
    const commands = commandsOnObject(object('table', 'app', 'orders'), entries).map(({ command }) => command);
    expect(commands).toEqual(['B', 'C', 'D']);
  });
});
