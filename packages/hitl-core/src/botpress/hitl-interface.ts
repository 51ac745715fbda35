import * as sdk from '@botpress/sdk'

const { z } = sdk

/** Version of the HITL interface we implement. `2.1.0` is the other one that exists; it adds `additionalData`. */
export const HITL_INTERFACE_VERSION: '2.0.0' | '2.1.0' = '2.0.0'

const hidden = { bpActionHiddenInStudio: 'true' }

const speaker = {
  userId: z.string().optional().describe('Send the message as this downstream user instead of the bot'),
}
const spoken =
  HITL_INTERFACE_VERSION === '2.0.0'
    ? speaker
    : {
        ...speaker,
        additionalData: z.string().max(500).optional().describe('Opaque data that travels with the message'),
      }

const { text, image, audio, video, file, location, carousel, card, dropdown, choice } = sdk.messages.defaults
const { markdown, markdownBloc } = sdk.messages

const source = z.union([
  z.object({ type: z.literal('user'), userId: z.string() }),
  z.object({ type: z.literal('bot') }),
])

const pastMessage = z.union([
  z.object({ source, type: z.literal('text'), payload: text.schema }),
  z.object({ source, type: z.literal('image'), payload: image.schema }),
  z.object({ source, type: z.literal('audio'), payload: audio.schema }),
  z.object({ source, type: z.literal('video'), payload: video.schema }),
  z.object({ source, type: z.literal('file'), payload: file.schema }),
  z.object({ source, type: z.literal('location'), payload: location.schema }),
  z.object({ source, type: z.literal('carousel'), payload: carousel.schema }),
  z.object({ source, type: z.literal('card'), payload: card.schema }),
  z.object({ source, type: z.literal('dropdown'), payload: dropdown.schema }),
  z.object({ source, type: z.literal('choice'), payload: choice.schema }),
  z.object({ source, type: z.literal('markdown'), payload: markdown.schema }),
  z.object({ source, type: z.literal('bloc'), payload: markdownBloc.schema }),
])

/**
 * Botpress's HITL interface as a package object for `IntegrationDefinition.extend`, so that no generated `bp_modules`
 * folder is needed. Source: `interfaces/hitl/interface.definition.ts` of github.com/botpress/botpress.
 */
export const hitlInterface = {
  type: 'interface',
  name: 'hitl',
  version: HITL_INTERFACE_VERSION,
  definition: {
    name: 'hitl',
    version: HITL_INTERFACE_VERSION,
    entities: {
      hitlSession: {
        title: 'HITL session',
        description: 'A HITL session',
        schema: z.object({}),
      },
    },
    events: {
      hitlAssigned: {
        attributes: hidden,
        schema: z.object({
          conversationId: z.string().describe('ID of the downstream conversation'),
          userId: z.string().describe('ID of the Botpress user that stands for the agent'),
        }),
      },
      hitlStopped: {
        attributes: hidden,
        schema: z.object({ conversationId: z.string().describe('ID of the downstream conversation') }),
      },
    },
    actions: {
      createUser: {
        attributes: hidden,
        input: {
          schema: z.object({
            name: z.string().describe('Display name of the end user'),
            pictureUrl: z.string().optional().describe('URL of the end user’s avatar'),
            email: z.string().optional().describe('Email address of the end user'),
          }),
        },
        output: { schema: z.object({ userId: z.string().describe('ID of the Botpress user') }) },
      },
      startHitl: {
        attributes: hidden,
        input: {
          schema: z.object({
            userId: z.string().describe('ID of the Botpress user that createUser returned'),
            title: z.string().optional().describe('Title of the session'),
            description: z.string().optional().describe('Description of the session'),
            hitlSession: z.optional(z.ref('hitlSession')).describe('Options of this integration'),
            messageHistory: z.array(pastMessage).describe('Conversation so far'),
          }),
        },
        output: { schema: z.object({ conversationId: z.string().describe('ID of the downstream conversation') }) },
      },
      stopHitl: {
        attributes: hidden,
        input: { schema: z.object({ conversationId: z.string().describe('ID of the downstream conversation') }) },
        output: { schema: z.object({}) },
      },
    },
    channels: {
      hitl: {
        messages: {
          text: { schema: text.schema.extend(spoken) },
          image: { schema: image.schema.extend(spoken) },
          audio: { schema: audio.schema.extend(spoken) },
          video: { schema: video.schema.extend(spoken) },
          file: { schema: file.schema.extend(spoken) },
          bloc: { schema: markdownBloc.schema.extend(spoken) },
        },
      },
    },
  },
} satisfies sdk.InterfacePackage
