import { expect, test } from '@jest/globals';
import { describeObject, displayObject } from '../../../src/core/catalog/catalog-object.js';
import { object } from './objects.js';

test('an object is described by its definition, then its properties, one per line', () => {
  const view = object('view', 'public.v', 'SELECT 1;', { owner: 'app', options: 'security_barrier=true' });
  expect(describeObject(view)).toBe('SELECT 1;\nowner: app\noptions: security_barrier=true');
  expect(describeObject(object('table', 'public.t', '', { owner: 'app' }))).toBe('owner: app');
});

test.each([
  [object('table', 'public.orders'), 'Table public.orders'],
  [object('column', 'public.orders.note'), 'Column public.orders.note'],
  [object('index', 'public.orders.by_note'), 'Index by_note on public.orders'],
  [object('text search configuration', 'public.english'), 'Text search configuration public.english'],
  [object('user mapping', 'remote.app'), 'User mapping app on remote'],
  [object('grants', 'public.orders.table'), 'Grants on table public.orders'],
  [object('grants', 'database'), 'Grants on database'],
  [object('extension', 'citext'), 'Extension citext'],
])('%s is called by its kind and name', (named, text) => {
  expect(displayObject(named)).toBe(text);
});
