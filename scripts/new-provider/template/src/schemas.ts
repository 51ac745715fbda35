import * as z from 'zod/mini'

// TODO (step 2): exactly the vendor fields that you read, under the names of its documentation.

export const openedThread = z.object({ id: z.string() })

export const agentProfile = z.object({ name: z.optional(z.string()), avatarUrl: z.optional(z.string()) })

export const anyEvent = z.object({ type: z.string() })

const place = { threadId: z.string(), at: z.number() }

export const agentJoined = z.object({ ...place, agentId: z.string() })

export const threadClosed = z.object({ ...place, closedBy: z.string() })

export const messageCreated = z.object({
  ...place,
  message: z.object({
    id: z.string(),
    authorId: z.string(),
    authorType: z.string(),
    isPrivate: z.optional(z.boolean()),
    text: z.optional(z.string()),
    file: z.optional(z.object({ url: z.string(), name: z.optional(z.string()), contentType: z.string() })),
  }),
})
