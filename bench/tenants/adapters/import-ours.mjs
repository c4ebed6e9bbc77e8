/** The built package. */
export const importOurs = () => import('../../../dist/esm/migrator.js');
