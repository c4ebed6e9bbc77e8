/** Writes the pages of the documentation that are generated from the code. */
import { writeFileSync } from 'node:fs';
import { lintPage } from './lint-page.js';

writeFileSync('docs/lint.md', lintPage());
