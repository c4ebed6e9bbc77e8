import { describe, expect, test } from '@jest/globals';
import { matchingAny } from '../../../src/core/catalog/patterns.js';
import { object } from './objects.js';

describe('a pattern for names', () => {
  test.each([
    ['public.orders', object('table', 'public.orders'), true],
    ['public.orders', object('table', 'public.orders2'), false],
    ['public.orders', object('table', 'other.orders'), false],
    ['public.*', object('enum', 'public.mood'), true],
    ['*.tmp_*', object('table', 'public.tmp_1'), true],
    ['public.t+', object('table', 'public.tt'), false],
    ['public.t+', object('table', 'public.t+'), true],
    ['publicXorders', object('table', 'public.orders'), false],
    ['a*b', object('publication', 'a\nb'), true],
    ['debezium', object('publication', 'debezium'), true],
    ['publication:debezium', object('publication', 'debezium'), true],
    ['publication:debezium', object('extension', 'debezium'), false],
    ['materialized view:public.*', object('materialized view', 'public.totals'), true],
    ['materialized view:public.*', object('view', 'public.totals'), false],
    ['function:public.f(*', object('function', 'public.f(integer)'), true],
  ])('%s', (pattern, named, matches) => {
    expect(matchingAny([pattern])(named)).toBe(matches);
  });

  test.each([
    ['public.orders', true],
    ['table:public.orders', true],
    ['public.orders.note', true],
    ['column:public.orders.*', true],
    ['index:public.orders*', false],
    ['public.order', false],
  ])('%s, for a column', (pattern, matches) => {
    expect(matchingAny([pattern])(object('column', 'public.orders.note'))).toBe(matches);
  });

  test('is one of several', () => {
    const ignores = matchingAny(['public.a', 'public.b']);
    expect([ignores(object('table', 'public.b')), ignores(object('table', 'public.c'))]).toEqual([true, false]);
    expect(matchingAny([])(object('table', 'public.a'))).toBe(false);
  });
});
