import { describe, expect, test } from '@jest/globals';
import { fleetHealth } from '../../../src/core/tenants/fleet-health.js';

const NONE = { current: 0, behind: 0, failed: 0, refused: 0, missing: 0, unknown: 0 };

describe('the health of a fleet', () => {
  test.each([
    [{ current: 5000 }, 0, true, '5,000 of 5,000 tenants current'],
    [{ current: 4998, failed: 2 }, 0, false, '4,998 of 5,000 tenants current, 2 failed'],
    [{ current: 4998, failed: 2 }, 2, true, '4,998 of 5,000 tenants current, 2 failed'],
    [{ current: 4998, failed: 2 }, 1, false, '4,998 of 5,000 tenants current, 2 failed'],
    [{ current: 990, behind: 10 }, '1%', true, '990 of 1,000 tenants current, 10 behind'],
    [{ current: 989, behind: 10, unknown: 1 }, '1%', false, '989 of 1,000 tenants current, 10 behind, 1 unknown'],
    [{ refused: 1, missing: 1 }, 0, false, '0 of 2 tenants current, 1 refused, 1 without a schema'],
    [{ failed: 1 }, '1%', false, '0 of 1 tenants current, 1 failed'],
    [{ current: 2, failed: 1 }, '1%', false, '2 of 3 tenants current, 1 failed'],
    [{ current: 99, failed: 2 }, '1%', false, '99 of 101 tenants current, 2 failed'],
    [{ current: 100, failed: 1 }, '1%', true, '100 of 101 tenants current, 1 failed'],
    [{ current: 9971, failed: 29 }, '0.29%', true, '9,971 of 10,000 tenants current, 29 failed'],
    [{ current: 2, failed: 1 }, 'few', true, '2 of 3 tenants current, 1 failed'],
    [{ current: 17, failed: 2 }, 'few', false, '17 of 19 tenants current, 2 failed'],
    [{ current: 18, failed: 2 }, 'few', true, '18 of 20 tenants current, 2 failed'],
    [{ failed: 1 }, 'few', false, '0 of 1 tenants current, 1 failed'],
    [{}, 'few', true, '0 of 0 tenants current'],
    [{}, '1%', true, '0 of 0 tenants current'],
    [{}, 0, true, '0 of 0 tenants current'],
  ] as const)('of %j with %j tolerated is up: %j', (counts, tolerated, up, message) => {
    const all = { ...NONE, ...counts };
    expect(fleetHealth(all, tolerated)).toEqual({ up, message, counts: all });
  });
});
