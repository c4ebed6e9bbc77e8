/** The `package.json` that is published, made of that of this repository. */
export declare function publishedManifest(manifest: object): Readonly<Record<string, unknown>>;
