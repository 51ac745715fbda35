import type { DataCenter } from './data-centers'
import type { Account, Brand, Department, Operator, RefreshToken } from './entities'

export type DepartmentSeed = { id: string; name: string; isEnabled?: boolean; isPublic?: boolean }

export type ZohoSeed = {
  orgId: string
  screenName: string
  /** `eu` unless told. */
  dataCenter?: DataCenter
  client: { id: string; secret: string; redirectUris: string[] }
  refreshToken: string
  scopes: string[]
  /** Belongs to one operator: refused on the visitor API. */
  userRefreshToken?: string
  brands: { id: string; name: string; departmentIds: string[]; jwtSecret?: string; widgetCode?: string }[]
  departments: DepartmentSeed[]
  operators: Operator[]
}

/** A portal with two brands. Support belongs to both, Sales and Night shift to the first, Returns to the second. */
export const defaultSeed: ZohoSeed = {
  orgId: '402199000000000001',
  screenName: 'acmeportal',
  dataCenter: 'eu',
  client: {
    id: '1000.EMULATEDZOHOCLIENTID0000000001',
    secret: 'emulated-zoho-client-secret-0000000000001',
    redirectUris: ['https://webhook.botpress.cloud/oauth'],
  },
  refreshToken: '1000.emulatedzohoorgrefreshtoken000.0000000000000000000000000000000a',
  userRefreshToken: '1000.emulatedzohouserrefreshtoken00.0000000000000000000000000000000b',
  scopes: [
    'SalesIQ.conversations.ALL',
    'SalesIQ.apps.READ',
    'SalesIQ.departments.READ',
    'SalesIQ.operators.READ',
    'SalesIQ.webhooks.CREATE',
    'SalesIQ.webhooks.READ',
    'SalesIQ.webhooks.UPDATE',
    'SalesIQ.webhooks.DELETE',
  ],
  brands: [
    {
      id: '402199000000002043',
      name: 'Acme Shop',
      departmentIds: ['402199000000002013', '402199000000002015', '402199000000002017'],
    },
    { id: '402199000000002049', name: 'Acme Outlet', departmentIds: ['402199000000002013', '402199000000002019'] },
  ],
  departments: [
    { id: '402199000000002013', name: 'Support' },
    { id: '402199000000002015', name: 'Sales' },
    { id: '402199000000002017', name: 'Night shift', isPublic: false },
    { id: '402199000000002019', name: 'Returns' },
  ],
  operators: [
    {
      id: '402199000000003001',
      name: 'Anna Nowak',
      email: 'anna@acme.example',
      departmentIds: ['402199000000002013', '402199000000002015', '402199000000002019'],
    },
    {
      id: '402199000000003005',
      name: 'Ben Carter',
      email: 'ben@acme.example',
      departmentIds: ['402199000000002013', '402199000000002015'],
    },
    {
      id: '402199000000003009',
      name: 'Chloe Martin',
      email: 'chloe@acme.example',
      departmentIds: ['402199000000002013', '402199000000002017', '402199000000002019'],
    },
  ],
}

const departmentFrom = (seed: DepartmentSeed): Department => ({
  id: seed.id,
  name: seed.name,
  displayName: seed.name,
  isEnabled: seed.isEnabled ?? true,
  isPublic: seed.isPublic ?? true,
})

const brandFrom = (seed: ZohoSeed['brands'][number]): Brand => ({
  id: seed.id,
  name: seed.name,
  departmentIds: [...seed.departmentIds],
  jwtSecret: seed.jwtSecret ?? `emulated-zoho-jwt-secret-of-${seed.id}`,
  widgetCode: seed.widgetCode ?? `emulated-zoho-widget-code-of-${seed.id}`,
})

const byId = <T extends { id: string }>(items: readonly T[]): Map<string, T> =>
  new Map(items.map((item) => [item.id, item]))

export const accountFrom = (seed: ZohoSeed): Account => ({
  orgId: seed.orgId,
  screenName: seed.screenName,
  dataCenter: seed.dataCenter ?? 'eu',
  client: structuredClone(seed.client),
  brands: byId(seed.brands.map(brandFrom)),
  departments: byId(seed.departments.map(departmentFrom)),
  operators: byId(structuredClone(seed.operators)),
})

export const refreshTokensFrom = (seed: ZohoSeed): RefreshToken[] => {
  const org: RefreshToken = { value: seed.refreshToken, kind: 'org', scopes: [...seed.scopes], issuedAt: [] }
  if (seed.userRefreshToken === undefined) return [org]
  return [org, { value: seed.userRefreshToken, kind: 'user', scopes: [...seed.scopes], issuedAt: [] }]
}
