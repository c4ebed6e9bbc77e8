/** Writes the pages of the documentation that are generated from the code. */
import { writeFileSync } from 'node:fs';
import { lintPage } from './lint-page.js';
import { optionsPage } from './options-page.js';

writeFileSync('docs/lint.md', lintPage());
writeFileSync('docs/options.md', optionsPage());
