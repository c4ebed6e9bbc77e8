/** The factories that `collection.json` names. */
export { migration } from './create-migration.js';
export { nestAdd } from './nest-add.js';
