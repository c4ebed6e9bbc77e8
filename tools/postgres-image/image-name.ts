/** Not a tag that the official image has, so that neither is ever taken for the other or replaces it. */
export const LOCAL_IMAGE = 'postgres:local';
