/**
 * Host names of Zoho's data centres. https://www.zoho.com/salesiq/help/developer-section/rest-api-v2.html lists the first
 * six; `ca` was seen live, and of `sa` and `uk` only the accounts host is known, so their SalesIQ hosts are guesses [I].
 */
export const dataCenters = {
  us: { salesiq: 'salesiq.zoho.com', accounts: 'accounts.zoho.com', api: 'www.zohoapis.com' },
  eu: { salesiq: 'salesiq.zoho.eu', accounts: 'accounts.zoho.eu', api: 'www.zohoapis.eu' },
  in: { salesiq: 'salesiq.zoho.in', accounts: 'accounts.zoho.in', api: 'www.zohoapis.in' },
  au: { salesiq: 'salesiq.zoho.com.au', accounts: 'accounts.zoho.com.au', api: 'www.zohoapis.com.au' },
  cn: { salesiq: 'salesiq.zoho.com.cn', accounts: 'accounts.zoho.com.cn', api: 'www.zohoapis.com.cn' },
  jp: { salesiq: 'salesiq.zoho.jp', accounts: 'accounts.zoho.jp', api: 'www.zohoapis.jp' },
  ca: { salesiq: 'salesiq.zohocloud.ca', accounts: 'accounts.zohocloud.ca', api: 'www.zohoapis.ca' },
  sa: { salesiq: 'salesiq.zoho.sa', accounts: 'accounts.zoho.sa', api: 'www.zohoapis.sa' },
  uk: { salesiq: 'salesiq.zoho.uk', accounts: 'accounts.zoho.uk', api: 'www.zohoapis.uk' },
} as const

export type DataCenter = keyof typeof dataCenters

export type DataCenterHosts = (typeof dataCenters)[DataCenter]
