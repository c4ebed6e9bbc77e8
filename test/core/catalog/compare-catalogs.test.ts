import { describe, expect, test } from '@jest/globals';
import type { CatalogObject } from '../../../src/core/catalog/catalog-object.js';
import { displayObject } from '../../../src/core/catalog/catalog-object.js';
import { compareCatalogs, isEmpty, type CatalogDifference } from '../../../src/core/catalog/compare-catalogs.js';
import { catalog, object } from './objects.js';

const NOTHING_IGNORED = (): boolean => false;
const ignoresMood = ({ name }: CatalogObject): boolean => name.includes('mood');

const ORDERS = object('table', 'public.orders', '', { owner: 'app' });
const NOTE = object('column', 'public.orders.note', 'text');
const BY_NOTE = object('index', 'public.orders.by_note', 'CREATE INDEX by_note ON public.orders (note)');
const ENUM = object('enum', 'public.mood', "'sad'\n'ok'");

const check = (definition: string): CatalogObject => object('constraint', 'public.orders.kind', definition);
const owned = (owner: string): CatalogObject => object('schema', 'public', '', { owner });
const mapping = (properties: Record<string, string>): CatalogObject =>
  object('user mapping', 'remote.app', '', properties);

function compare(recorded: readonly CatalogObject[], live: readonly CatalogObject[], versions = [180_000, 180_000]) {
  const difference = compareCatalogs(catalog(recorded, versions[0]), catalog(live, versions[1]), NOTHING_IGNORED);
  return names(difference);
}

function names({ added, removed, changed, rewritten }: CatalogDifference): Record<string, string[]> {
  return {
    ...(added.length > 0 && { added: added.map(displayObject) }),
    ...(removed.length > 0 && { removed: removed.map(displayObject) }),
    ...(changed.length > 0 && { changed: changed.map(({ live }) => displayObject(live)) }),
    ...(rewritten.length > 0 && { rewritten: rewritten.map(({ live }) => displayObject(live)) }),
  };
}

describe('two catalogs', () => {
  test('are equal if all objects are, in any order', () => {
    expect(compare([ORDERS, NOTE, ENUM], [ENUM, NOTE, ORDERS])).toEqual({});
    expect(isEmpty(compareCatalogs(catalog([ORDERS]), catalog([ORDERS]), NOTHING_IGNORED))).toBe(true);
  });

  test('differ in objects that only one of them has', () => {
    expect(compare([ORDERS, ENUM], [ORDERS, NOTE])).toEqual({
      added: ['Column public.orders.note'],
      removed: ['Enum public.mood'],
    });
  });

  test('list an object that was added or removed, but not its parts', () => {
    expect(compare([ENUM], [ENUM, ORDERS, NOTE, BY_NOTE])).toEqual({ added: ['Table public.orders'] });
    expect(compare([ORDERS, NOTE, BY_NOTE], [])).toEqual({ removed: ['Table public.orders'] });
  });

  test('keep two kinds of objects with one name apart', () => {
    expect(compare([object('table', 'public.x')], [object('view', 'public.x')])).toEqual({
      added: ['View public.x'],
      removed: ['Table public.x'],
    });
  });

  test('differ in definitions and in properties', () => {
    expect(compare([NOTE], [{ ...NOTE, definition: 'varchar' }])).toEqual({ changed: ['Column public.orders.note'] });
    expect(compare([ORDERS], [{ ...ORDERS, properties: { owner: 'eve' } }])).toEqual({
      changed: ['Table public.orders'],
    });
    expect(compare([ORDERS], [{ ...ORDERS, properties: { owner: 'app', options: 'fillfactor=70' } }])).toEqual({
      changed: ['Table public.orders'],
    });
  });

  test('are compared only in the groups that both have', () => {
    const live = {
      serverVersion: 180_000,
      objects: { grants: [object('grants', 'public.orders.table', 'eve: SELECT')] },
    };
    expect(names(compareCatalogs(catalog([ORDERS]), live, NOTHING_IGNORED))).toEqual({});
  });

  test('are compared without what is ignored, on both sides', () => {
    expect(isEmpty(compareCatalogs(catalog([ORDERS, ENUM]), catalog([ORDERS]), ignoresMood))).toBe(true);
    expect(isEmpty(compareCatalogs(catalog([ORDERS]), catalog([ORDERS, ENUM]), ignoresMood))).toBe(true);
  });
});

describe('an expression that PostgreSQL has parsed from its own output', () => {
  test('is the same as before', () => {
    const first = "CHECK (((kind)::text = ANY ((ARRAY['a'::character varying, 'b,c'::character varying])::text[])))";
    const again =
      "CHECK (((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('b,c'::character varying)::text])))";
    expect(compare([check(first)], [check(again)])).toEqual({});
    expect(compare([check(first)], [check(again.replace('b,c', 'd'))])).toEqual({
      changed: ['Constraint kind on public.orders'],
    });
  });
});

describe('catalogs that two servers wrote', () => {
  const VIEW = object('view', 'public.v', 'SELECT orders.id FROM orders');
  const REWRITTEN = { ...VIEW, definition: 'SELECT id FROM orders' };

  test('of one major version are compared as one', () => {
    expect(compare([VIEW], [REWRITTEN], [150_001, 150_014])).toEqual({ changed: ['View public.v'] });
  });

  test('of two major versions may only be formatted differently; added and removed objects still count', () => {
    expect(compare([VIEW, ENUM], [REWRITTEN, ORDERS], [150_000, 160_000])).toEqual({
      added: ['Table public.orders'],
      removed: ['Enum public.mood'],
      rewritten: ['View public.v'],
    });
  });

  test.each([
    [
      'NOT NULL became a constraint',
      170_000,
      180_000,
      undefined,
      object('not-null constraint', 'public.orders.c', 'NOT NULL note'),
    ],
    [
      'and did for domains one version before',
      160_000,
      170_000,
      undefined,
      object('not-null constraint', 'public.d.c', 'NOT NULL'),
    ],
    [
      'the owner of public is another role',
      140_000,
      150_000,
      object('schema', 'public', '', { owner: 'postgres' }),
      object('schema', 'public', '', { owner: 'pg_database_owner' }),
    ],
    [
      'public has fewer rights',
      140_000,
      150_000,
      object('grants', 'public.schema', 'public: CREATE'),
      object('grants', 'public.schema'),
    ],
    [
      'ranges have a multirange',
      130_000,
      140_000,
      object('range type', 'public.r'),
      object('range type', 'public.r', '', { multirange: 'rs' }),
    ],
  ])('%s', (_, from, to, before, now) => {
    const lists = [before, now].map((each) => (each ? [each] : []));
    expect(compare(lists[0] ?? [], lists[1] ?? [], [from, to])).toEqual({});
    expect(compare(lists[1] ?? [], lists[0] ?? [], [to, from])).toEqual({});
    expect(compare(lists[0] ?? [], lists[1] ?? [], [to, to])).not.toEqual({});
  });

  test('another owner of public is a change if it is not that one', () => {
    expect(compare([owned('a')], [owned('b')], [150_000, 150_000])).toEqual({ changed: ['Schema public'] });
    expect(compare([owned('a')], [owned('b')], [160_000, 170_000])).toEqual({ rewritten: ['Schema public'] });
  });
});

describe('a property that not every role may read', () => {
  test('is compared only if both readers saw it', () => {
    expect(compare([mapping({ options: 'user=a' })], [mapping({})])).toEqual({});
    expect(compare([mapping({})], [mapping({ options: 'user=a' })])).toEqual({});
    expect(compare([mapping({ options: 'user=b' })], [mapping({ options: 'user=a' })])).toEqual({
      changed: ['User mapping app on remote'],
    });
  });
});
