/** The package as it is built and shipped, with the types of its sources. */
const url = new URL('../dist/esm/migrator.js', import.meta.url).href;

export const { makeMigrator } = (await import(url)) as typeof import('../src/migrator.js');
