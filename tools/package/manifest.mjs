/** What only this repository needs. Without scripts there is no install script either. */
const FOR_DEVELOPMENT = ['scripts', 'devDependencies', 'overrides', 'allowScripts'];

/**
 * The `package.json` that is published.
 *
 * @param {Record<string, unknown>} manifest that of this repository
 */
export function publishedManifest(manifest) {
  return Object.fromEntries(Object.entries(manifest).filter(([name]) => !FOR_DEVELOPMENT.includes(name)));
}
