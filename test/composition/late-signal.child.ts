import { interruptible } from '../../src/composition/interruptible.js';

await interruptible(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.kill(process.pid, 'SIGTERM'); // caught at once, dispatched only after the work has ended
});
