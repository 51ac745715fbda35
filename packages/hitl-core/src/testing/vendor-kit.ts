/** What tests of one integration against its vendor's API are made of. */
export * from './adapter-world'
export * from './clock'
export type * from './definition-agrees'
export * from './fixtures'
export * from './secret-watch'
export * from './upload'
export * from './written-vendor'
