/** Names of the three parts of the page, from left to right. */
export const panelNames = { endUser: 'End user', desk: 'Agent desk', journal: 'Journal' } as const
