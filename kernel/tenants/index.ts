// The room's front door.
export type { Filling } from './demo.ts'
export type { Founder, Tenant } from './registry.ts'
export { createTenants, type NewTenant, type Tenants } from './tenants.ts'
