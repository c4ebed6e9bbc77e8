// Migrates tenants for the rollouts of other processes, until it is killed or gets SIGTERM.
import { createFleet, type FleetOptions } from '../../src/migrator.js';
import { engineOn } from './engines.js';

interface Given extends Omit<FleetOptions, 'tenants'> {
  readonly version: number;
  readonly tenants: FleetOptions['tenants'];
}

const { version, tenants, ...options } = JSON.parse(process.argv[2] ?? '') as Given;
const fleet = createFleet({ ...options, tenants: { ...tenants, engine: engineOn(version) } });
try {
  console.log('working');
  await fleet.work();
} finally {
  await fleet.close();
}
