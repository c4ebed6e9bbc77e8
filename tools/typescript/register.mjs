// `node --import ./tools/typescript/register.mjs file.ts` runs TypeScript without a build.
import * as nodeModule from 'node:module';
import * as hooks from './hooks.mjs';

// registerHooks is missing before Node 22.15; module.register is on its way out after Node 24.
if (nodeModule.registerHooks) nodeModule.registerHooks(hooks);
else nodeModule.register('./hooks.mjs', import.meta.url);
