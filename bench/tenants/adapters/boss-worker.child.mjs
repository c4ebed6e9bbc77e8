// A worker process: migrates tenants for the rollouts of another process, until it gets SIGTERM or that process is gone.
import { once } from 'node:events';
import { bossFleet } from './boss-fleet.mjs';

process.once('disconnect', () => process.exit());
const [job] = await once(process, 'message');
const fleet = await bossFleet(job);
await fleet.rollouts(); // connects, and installs the tables of pg-boss if this is the first one
process.send('working');
await fleet.work();
await fleet.close();
process.exit();
