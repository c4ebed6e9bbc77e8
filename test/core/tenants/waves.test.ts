import { describe, expect, test } from '@jest/globals';
import type { Tenant } from '../../../src/core/tenants/tenant.js';
import { isShare, shareOf, unknownGroups, wavesOf, type WaveDefinition } from '../../../src/core/tenants/waves.js';

const tenant = (name: string, group?: string): Tenant => ({
  name,
  schema: name,
  group,
  placeholders: {},
  place: { database: '', server: '' },
});
const tenants = [tenant('a'), tenant('b', 'pilot'), tenant('c'), tenant('d', 'pilot'), tenant('e')];
const isNoPilot = ({ group }: Tenant): boolean => group === undefined;
const waves = (definitions: readonly WaveDefinition[], isDue: (tenant: Tenant) => boolean = () => true): string[] =>
  wavesOf(tenants, definitions, isDue).map(({ number, due }) => `${number}: ${due.map(({ name }) => name).join('')}`);

describe('waves', () => {
  test('are one wave if none is defined', () => expect(waves([])).toEqual(['1: abcde']));

  test('begin with a group, and end with all others', () =>
    expect(waves([{ group: 'pilot' }])).toEqual(['1: bd', '2: ace']));

  test('take each tenant once', () =>
    expect(waves([{ first: 2 }, { group: 'pilot' }, { first: '80%' }])).toEqual(['1: ab', '2: d', '3: c', '4: e']));

  test('keep the first tenants of the list, even if some of them have nothing to do', () =>
    expect(waves([{ first: 2 }], ({ name }) => name !== 'a')).toEqual(['1: b', '2: cde']));

  test('keep their numbers and members, even if nobody in one has anything to do', () => {
    expect(waves([{ group: 'pilot' }], isNoPilot)).toEqual(['1: ', '2: ace']);
    expect(wavesOf(tenants, [{ group: 'pilot' }], isNoPilot)[0]?.members.map(({ name }) => name)).toEqual(['b', 'd']);
  });

  test('leave out one to which nobody belongs', () =>
    expect(waves([{ group: 'pilot' }, { first: 2 }, { first: 1 }])).toEqual(['1: bd', '2: a', '3: ce']));

  test('name groups that no tenant has', () =>
    expect(unknownGroups(tenants, [{ group: 'pilot' }, { group: 'pilots' }, { first: 1 }])).toEqual(['pilots']));
});

describe('a share', () => {
  test.each([
    ['1%', 250, 3],
    ['1%', 5, 1],
    ['100%', 7, 7],
    [3, 100, 3],
  ])('%s of %d tenants is %d', (given, all, expected) => expect(shareOf(given, all)).toBe(expected));

  test.each(['0%', '101%', '1', '%', '-1%', 3])('is not %p', (given) => expect(isShare(given)).toBe(false));
  test.each(['1%', '0.5%', '100%'])('is %p', (given) => expect(isShare(given)).toBe(true));
});
