import { describe, expect, test } from '@jest/globals';
import { nextVersion } from '../../../src/core/migration/next-version.js';

const now = new Date('2026-03-04T05:06:07.089Z');

describe('the next version has the format of the newest', () => {
  test.each<[string, string | undefined, string]>([
    ['numbers keep their width', '007', '008'],
    ['numbers outgrow their width', '999', '1000'],
    ['numbers without zeros', '9', '10'],
    ['more digits than a double has', '90071992547409930001', '90071992547409930002'],
    ['the last of several numbers', '1.2.9', '1.2.10'],
    ['the last of several numbers of Flyway', '1_2', '1_3'],
    ['eight digits that are no date', '30000000', '30000001'],
    ['a timestamp', '20240131120000', '20260304050607'],
    ['a timestamp with milliseconds', '20240131120000123', '20260304050607089'],
    ['a timestamp without seconds', '202401311200', '202603040506'],
    ['a date gets a time, because a second one may follow on that day', '20240131', '20260304050607'],
    ['a dashed timestamp', '2024-01-31-120000', '2026-03-04-050607'],
    ['an underscored timestamp', '2024_01_31_120000', '2026_03_04_050607'],
    ['a dashed date', '2024-01-31', '2026-03-04-050607'],
    ['a dashed time', '2024-01-31T12:00:00', '2026-03-04T05:06:07'],
    ['seconds since 1970', '1500360784', '1772600767'],
    ['milliseconds since 1970', '1500360784123', '1772600767089'],
    ['a timestamp in the future', '20990101000000', '20990101000001'],
    ['this very second', '20260304050607', '20260304050608'],
    ['today, without a time', '20260304', '20260304050607'],
    ['a date in the future', '20990101', '20990101000001'],
    ['a dashed timestamp in the future', '2099-01-01-000000', '2099-01-01-000001'],
    ['a dashed date in the future', '2099-01-01', '2099-01-01-000001'],
    ['seconds since 1970 in the future', '1999999999', '2000000000'],
    ['no migration', undefined, '20260304050607'],
    ['a baseline only', '0', '20260304050607'],
    ['the baseline of diesel only', '00000000000000', '20260304050607'],
  ])('%s', (_, newest, expected) => {
    expect(nextVersion(newest, now)).toBe(expected);
  });
});

describe('a requested style', () => {
  test('determines the first version', () => {
    expect(nextVersion(undefined, now, { style: 'number' })).toBe('001');
    expect(nextVersion(undefined, now, { style: 'timestamp' })).toBe('20260304050607');
    expect(nextVersion(undefined, now, { dashed: true })).toBe('2026-03-04-050607');
  });

  test('keeps the format of versions in that style, and replaces that of others', () => {
    expect(nextVersion('0012', now, { style: 'number' })).toBe('0013');
    expect(nextVersion('2024-01-31-120000', now, { style: 'timestamp' })).toBe('2026-03-04-050607');
    expect(nextVersion('007', now, { style: 'timestamp' })).toBe('20260304050607');
  });
});
