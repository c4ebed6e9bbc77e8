import { expect, test } from '@jest/globals';
import { RefusedError } from '../../src/migrator.js';
import { finding } from '../../src/core/errors/finding.js';
import type { Tenant } from '../../src/core/tenants/tenant.js';
import { assertNotMoved } from '../../src/fleet/assert-not-moved.js';

function on(database: string, ...tenants: readonly ('moved' | 'recorded' | 'new')[]) {
  return tenants.map((state, i) => ({
    tenant: { name: `${database}${i}`, place: { database, server: '' } } as Tenant,
    standing: {
      findings: state === 'moved' ? [finding('TENANT_SCHEMA_REPLACED', { subject: 'Tenant x', detail: 'x' })] : [],
    },
    record: { schemaExists: true, history: { rows: state === 'recorded' ? [{} as never] : [] } },
  }));
}

test('a restored database is noticed although the tenants of another one have their histories', () => {
  const other = on('a', 'recorded', 'recorded');
  expect(() => assertNotMoved([...other, ...on('b', 'moved', 'moved', 'new')])).toThrow(RefusedError);
  expect(() => assertNotMoved([...other, ...on('b', 'moved', 'moved', 'recorded')])).not.toThrow();
  expect(() => assertNotMoved([...on('a', 'moved'), ...on('b', 'moved')])).not.toThrow();
});
