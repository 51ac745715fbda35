import type { Contact, InboxType, User } from './entities'

export type ContactSeed = {
  id: string
  email?: string
  phone?: string
  mobilephone?: string
  firstname?: string
  lastname?: string
}

export type HubSpotSeed = {
  portalId: number
  hubDomain: string
  app: { id: string; developerKey: string; clientId: string; clientSecret: string; redirectUris: string[] }
  refreshToken: string
  /** Granted by the portal; calls outside them are 403. */
  scopes: string[]
  /** The first one installed the app. */
  users: User[]
  inboxes: { id: string; name: string; type: InboxType }[]
  contacts: ContactSeed[]
}

/** A portal with a help desk, two inboxes, two agents and two contacts. */
export const defaultSeed: HubSpotSeed = {
  portalId: 243_842_089,
  hubDomain: 'acme.example',
  app: {
    id: '1160452',
    developerKey: 'na1-emulated-hubspot-developer-key-0001',
    clientId: 'eeeeeeee-0000-4000-8000-000000000001',
    clientSecret: 'eeeeeeee-0000-4000-8000-000000000002',
    redirectUris: ['https://webhook.botpress.cloud/oauth'],
  },
  refreshToken: 'na1-eeeeeeee-0000-4000-8000-000000000003',
  scopes: [
    'oauth',
    'conversations.custom_channels.read',
    'conversations.custom_channels.write',
    'conversations.read',
    'conversations.write',
    'crm.objects.contacts.read',
    'crm.objects.contacts.write',
    'files',
  ],
  users: [
    {
      id: 2_620_022,
      name: 'Anna Nowak',
      email: 'anna@acme.example',
      avatar: 'https://api.hubapi.com/avatars/emulated/anna.png',
    },
    {
      id: 2_620_031,
      name: 'Ben Carter',
      email: 'ben@acme.example',
      avatar: 'https://api.hubapi.com/avatars/emulated/ben.png',
    },
  ],
  inboxes: [
    { id: '1431487401', name: 'Help Desk', type: 'HELP_DESK' },
    { id: '1431487402', name: 'Sales', type: 'INBOX' },
    { id: '1431487403', name: 'Returns', type: 'INBOX' },
  ],
  contacts: [
    { id: '51', email: 'tom.field@example.com', phone: '+15550100', firstname: 'Tom', lastname: 'Field' },
    { id: '52', email: 'eva.lind@example.com', mobilephone: '+15550199', firstname: 'Eva', lastname: 'Lind' },
  ],
}

export const contactFrom = ({ id, ...properties }: ContactSeed, at: number): Contact => ({
  id,
  properties: Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]]
    )
  ),
  createdAt: at,
  updatedAt: at,
  searchableAt: at,
})
