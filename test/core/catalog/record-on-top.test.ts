import { describe, expect, test } from '@jest/globals';
import type { CatalogCheck, FingerprintedCatalog } from '../../../src/core/catalog/catalog.js';
import type { CatalogObject } from '../../../src/core/catalog/catalog-object.js';
import { recordAccepted, recordOnTop } from '../../../src/core/catalog/record-on-top.js';
import { NO_FINGERPRINT } from '../../../src/core/catalog/rerecord.js';
import { object } from './objects.js';

const table = (name: string, definition = ''): CatalogObject => object('table', `app.${name}`, definition);
const column = (of: string, name: string): CatalogObject => object('column', `app.${of}.${name}`, 'text');
const catalog = (fingerprint: string, relations: CatalogObject[], serverVersion = 180_000): FingerprintedCatalog => ({
  serverVersion,
  objects: { relations },
  fingerprint: { relations: fingerprint },
});
const different = (recorded: FingerprintedCatalog, live: FingerprintedCatalog) =>
  ({ kind: 'different', matchedAt: new Date(0), recorded, live }) satisfies CatalogCheck;
const relationsOf = ({ objects }: FingerprintedCatalog): string[] =>
  (objects.relations ?? []).map(({ name, definition }) => `${name.slice(1).join('.')} ${definition}`.trim()).toSorted();

describe('recordOnTop()', () => {
  test.each<[string, CatalogObject[], CatalogObject[], CatalogObject[], string[]]>([
    [
      'adds what the run created',
      [table('a')],
      [table('a'), table('x')],
      [table('a'), table('x'), table('b')],
      ['a', 'b'],
    ],
    [
      'removes what the run dropped',
      [table('a'), table('b')],
      [table('a'), table('b'), table('x')],
      [table('a'), table('x')],
      ['a'],
    ],
    [
      'takes what the run changed',
      [table('a', '1')],
      [table('a', '1'), table('x')],
      [table('a', '2'), table('x')],
      ['a 2'],
    ],
    [
      'keeps what was dropped by hand',
      [table('a'), table('b')],
      [table('a')],
      [table('a'), table('c')],
      ['a', 'b', 'c'],
    ],
    [
      'keeps what was changed by hand',
      [table('a', '1')],
      [table('a', '2')],
      [table('a', '2'), table('b')],
      ['a 1', 'b'],
    ],
    [
      'takes what was changed by hand and then by the run',
      [table('a', '1')],
      [table('a', '2')],
      [table('a', '3')],
      ['a 3'],
    ],
    ['takes what was created by hand and changed by the run', [], [table('x', '1')], [table('x', '2')], ['x 2']],
    [
      'forgets what was dropped by hand and by the run created again',
      [table('a', '1')],
      [],
      [table('a', '2')],
      ['a 2'],
    ],
  ])('%s', (_, recorded, before, after, expected) => {
    const on = recordOnTop(different(catalog('r', recorded), catalog('b', before)), catalog('a', after));
    expect(relationsOf(on)).toEqual(expected);
  });

  test('has the fingerprint of the server only for groups that match the server', () => {
    const check = different(catalog('r', [table('a')]), catalog('b', [table('a'), table('x')]));
    expect(recordOnTop(check, catalog('a', [table('a'), table('x')])).fingerprint.relations).toBe(NO_FINGERPRINT);
    expect(recordOnTop(check, catalog('a', [table('a')])).fingerprint.relations).toBe('a');
  });

  test('takes a group without differences as the run left it', () => {
    const recorded = {
      ...catalog('r', [table('a')]),
      objects: { relations: [table('a')], columns: [column('a', 'x')] },
    };
    const after = { ...catalog('a', [table('a')]), objects: { relations: [table('a')], columns: [column('a', 'y')] } };
    const on = recordOnTop(different(recorded, catalog('b', [table('a')])), after);
    expect(on.objects.columns).toEqual([column('a', 'y')]);
  });

  test('after an upgrade, keeps the text of the new server for definitions that only read differently', () => {
    const check = different(catalog('r', [table('a', 'old')], 170_000), catalog('b', [table('a', 'new'), table('x')]));
    const on = recordOnTop(check, catalog('a', [table('a', 'new'), table('x'), table('b')]));
    expect(relationsOf(on)).toEqual(['a new', 'b']);
    expect(on.serverVersion).toBe(180_000);
  });
});

describe('recordAccepted()', () => {
  test('takes an accepted object with its parts, and leaves the others as recorded', () => {
    const recorded = {
      ...catalog('r', [table('a'), table('gone')]),
      objects: { relations: [table('a'), table('gone')], columns: [column('gone', 'z')] },
    };
    const live = {
      ...catalog('l', [table('a'), table('x'), table('y')]),
      objects: { relations: [table('a'), table('x'), table('y')], columns: [column('x', 'c'), column('y', 'c')] },
    };
    const accepted = recordAccepted(different(recorded, live), { added: [table('x')], removed: [], changed: [] });
    expect(relationsOf(accepted)).toEqual(['a', 'gone', 'x']);
    expect(accepted.objects.columns).toEqual([column('gone', 'z'), column('x', 'c')]);
    const dropped = recordAccepted(different(recorded, live), { added: [], removed: [table('gone')], changed: [] });
    expect(relationsOf(dropped)).toEqual(['a']);
    expect(dropped.objects.columns).toEqual([]);
  });
});
