/** `npm run counts:update`: records what runs cost now, and prints what has changed. */
import { findDifferences, settle } from './compare.js';
import { measureAlone } from './counted-server.js';
import { readRecorded, writeRecorded } from './recorded.js';

const measured = await measureAlone();
const recorded = await readRecorded();
const differences = findDifferences(recorded, measured);
if (differences.length > 0) await writeRecorded(settle(recorded, measured));
console.log(differences.join('\n') || 'Nothing has changed.');
