/**
 * Hosts per data centre. Source: zoho.com/salesiq/help/developer-section/rest-api-v2.html for the first six; Canada was
 * seen live; Saudi Arabia and the United Kingdom are not documented and partly inferred (see README).
 */
export const dataCenters = {
  us: { accounts: 'accounts.zoho.com', salesIq: 'salesiq.zoho.com' },
  eu: { accounts: 'accounts.zoho.eu', salesIq: 'salesiq.zoho.eu' },
  in: { accounts: 'accounts.zoho.in', salesIq: 'salesiq.zoho.in' },
  au: { accounts: 'accounts.zoho.com.au', salesIq: 'salesiq.zoho.com.au' },
  cn: { accounts: 'accounts.zoho.com.cn', salesIq: 'salesiq.zoho.com.cn' },
  jp: { accounts: 'accounts.zoho.jp', salesIq: 'salesiq.zoho.jp' },
  ca: { accounts: 'accounts.zohocloud.ca', salesIq: 'salesiq.zohocloud.ca' },
  sa: { accounts: 'accounts.zoho.sa', salesIq: 'salesiq.zoho.sa' },
  uk: { accounts: 'accounts.zoho.uk', salesIq: 'salesiq.zoho.uk' },
} as const

export type DataCenter = keyof typeof dataCenters
