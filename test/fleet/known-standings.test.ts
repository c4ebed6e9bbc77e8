import { describe, expect, test } from '@jest/globals';
import type { TenantStanding, TenantState } from '../../src/core/tenants/standing.js';
import { KnownStandings } from '../../src/fleet/known-standings.js';

const MINUTE = 60_000;
const standing = (tenant: string, state: TenantState): TenantStanding => ({
  tenant,
  group: undefined,
  state,
  pending: state === 'current' ? [] : ['1_a.sql'],
  failed: [],
  findings: [],
});

/** The states that were read, and a read that ends when the test says so. */
function observed() {
  const reads: { resolve: (found: readonly TenantStanding[]) => void; reject: (error: Error) => void }[] = [];
  const known = new KnownStandings(() => new Promise((resolve, reject) => reads.push({ resolve, reject })));
  const answer = async (read: number, ...found: readonly TenantStanding[]): Promise<void> => {
    reads[read]?.resolve(found);
    await new Promise(setImmediate);
  };
  const fail = async (read: number): Promise<void> => {
    reads[read]?.reject(new Error('no list'));
    await new Promise(setImmediate);
  };
  return { known, reads, answer, fail };
}

describe('the known states of tenants', () => {
  test('a tenant that was migrated is up to date without another read, and the others stay known', async () => {
    const { known, reads, answer } = observed();
    const first = known.of('a', MINUTE);
    await answer(0, standing('a', 'behind'), standing('b', 'behind'));
    known.settle(standing('a', 'current'));
    expect((await first)?.tenant).toBe('a');
    expect((await known.of('a', 0))?.state).toBe('current');
    expect((await known.of('b', MINUTE))?.state).toBe('behind');
    expect(reads).toHaveLength(1);
  });

  test('a read that began before a tenant was migrated does not make it behind again', async () => {
    const { known, reads, answer } = observed();
    const reading = known.of('b', 0);
    known.settle(standing('a', 'current'));
    await answer(0, standing('a', 'behind'), standing('b', 'behind'));
    await reading;
    expect((await known.of('a', 0))?.state).toBe('current');
    expect(reads).toHaveLength(1);
  });

  test('what was asked after a failed migration is not answered by an earlier read', async () => {
    const { known, reads, answer } = observed();
    const earlier = known.of('b', 0);
    known.expire('a');
    const asked = known.of('a', MINUTE);
    await answer(0, standing('a', 'behind'), standing('b', 'behind'));
    await answer(1, standing('a', 'failed'), standing('b', 'behind'));
    expect((await asked)?.state).toBe('failed');
    expect((await earlier)?.state).toBe('behind');
    expect((await known.of('a', MINUTE))?.state).toBe('failed');
    expect(reads).toHaveLength(2);
  });

  test('tenants that were up to date stay so while nothing can be read, which is not tried all the time', async () => {
    const { known, reads, answer, fail } = observed();
    const first = known.of('a', 0);
    await answer(0, standing('a', 'current'), standing('b', 'behind'));
    await first;
    const failing = [known.of('b', 0).catch(String), known.of('b', 0).catch(String)];
    await fail(1);
    expect(await Promise.all(failing)).toEqual(['Error: no list', 'Error: no list']);
    await expect(known.of('b', MINUTE)).resolves.toMatchObject({ state: 'behind' });
    known.expire('b');
    await expect(known.of('b', MINUTE)).rejects.toThrow('no list');
    expect(reads).toHaveLength(2);
    known.expire('a');
    const ready = known.of('a', 0);
    await fail(2);
    expect((await ready)?.state).toBe('current');
  });

  test('a tenant that was up to date stays so while its database cannot be read', async () => {
    const { known, answer } = observed();
    const first = known.of('a', 0);
    await answer(0, standing('a', 'current'), standing('b', 'behind'));
    await first;
    const next = known.of('b', 0);
    await answer(1, standing('a', 'unknown'), standing('b', 'unknown'));
    expect((await next)?.state).toBe('unknown');
    expect((await known.of('a', 0))?.state).toBe('current');
  });
});
