/** What a command says that works on the shared files although there are tenants. */
export const TENANTS_NOT_INCLUDED = 'Tenants are not included: select them with --all, --group or --tenant.';
