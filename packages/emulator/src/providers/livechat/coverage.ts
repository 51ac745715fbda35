import type { CoverageRow } from '../../provider'

type Rows = Readonly<Record<string, string | true>>

/** `true` is supported, a text is partial and says what is left out. */
const rows = (prefix: string, table: Rows): CoverageRow[] =>
  Object.entries(table).map(([name, note]) => ({
    route: `${prefix}${name}`,
    ...(note === true ? { status: 'supported' } : { status: 'partial', note }),
  }))

const missing = (prefix: string, notes: Readonly<Record<string, string>>): CoverageRow[] =>
  Object.entries(notes).map(([name, note]) => ({ route: `${prefix}${name}`, status: 'missing', note }))

const customer = 'api.livechatinc.com/v3.6/customer/action/'
const agent = 'POST api.livechatinc.com/v3.6/agent/action/'
const configuration = 'POST api.livechatinc.com/v3.6/configuration/action/'
const accounts = 'accounts.livechat.com/'

const notNeeded = 'no integration needs it yet'
const noGet = 'answers by GET; its fields are not in the fact sheet'

/** Every action the fact sheet names, written by hand and compared with the routes by a test. */
export const coverage: readonly CoverageRow[] = [
  ...rows('', {
    [`POST ${accounts}v2/customer/token`]: 'cookie and agent_token grants; identity_token is refused',
    [`DELETE ${accounts}v2/customer/token`]: true,
    [`GET ${accounts}v2/customer/info`]: 'fields of the answer are not in the fact sheet',
    'GET cdn.livechat-files.com/api/file/lc/att/:id/:name': 'the path is ours; readable without a credential',
    'GET cdn.livechatinc.com/avatars/:name': 'the path is ours; initials in place of a photo',
  }),
  ...missing('', {
    [`POST ${accounts}v2/customer/:organization_id/:group_id/token`]: 'separate identity per group',
    [`POST ${accounts}v2/customer/identity_transfer`]: notNeeded,
    [`POST ${accounts}v2/token`]: 'OAuth of agents: seed `oauthTokens` instead',
    [`DELETE ${accounts}v2/token`]: 'OAuth of agents',
    [`GET ${accounts}v2/info`]: 'OAuth of agents',
  }),
  ...rows(`POST ${customer}`, {
    start_chat: 'queue positions do not move by themselves',
    resume_chat: 'as start_chat',
    send_event: 'the inside of rich message elements and buttons is not checked',
    upload_file: 'file events carry no width, height or thumbnails',
    deactivate_chat: true,
    update_customer: '`name_is_default` is refused: seen in an SDK only',
    set_customer_session_fields: 'fields outlive the session',
    get_customer: true,
    list_chats: 'one chat at most, so never a next page',
    get_chat: true,
    list_threads: 'page ids do not expire',
    list_group_statuses: true,
    mark_events_as_seen: true,
    send_sneak_peek: 'checked, shown to nobody',
    delete_event: true,
    update_chat_properties: true,
    update_thread_properties: true,
    update_event_properties: 'announces nothing',
  }),
  ...missing(`POST ${customer}`, {
    get_predicted_agent: 'needs a customer logged in over RTM',
    request_welcome_message: 'needs a customer logged in over RTM',
  }),
  ...missing(`GET ${customer}`, {
    list_license_properties: noGet,
    list_group_properties: noGet,
    get_dynamic_configuration: noGet,
    get_configuration: noGet,
    get_localization: noGet,
  }),
  ...rows(agent, {
    send_event: 'as on the customer side',
    deactivate_chat: true,
    transfer_chat: 'queue positions do not move by themselves',
    add_user_to_chat: true,
    remove_user_from_chat: true,
    send_typing_indicator: 'checked, shown to nobody',
    mark_events_as_seen: true,
    update_chat_properties: true,
    tag_thread: true,
    untag_thread: true,
    get_chat: 'no queues_duration, summary or customer_visit',
    list_threads: 'page ids do not expire',
    list_agents_for_transfer: true,
    list_routing_statuses: 'agents only, no bots',
    get_customer: true,
    update_customer: true,
    upload_file: true,
  }),
  ...missing(agent, {
    start_chat: 'a chat started by an agent belongs to that agent first',
    resume_chat: 'as start_chat',
    list_chats: notNeeded,
    list_archives: notNeeded,
    update_thread_properties: notNeeded,
    update_event_properties: notNeeded,
    delete_chat_properties: notNeeded,
    delete_thread_properties: notNeeded,
    delete_event_properties: notNeeded,
    send_event_preview: notNeeded,
    send_thinking_indicator: notNeeded,
    request_thread_summary: notNeeded,
  }),
  ...rows(configuration, {
    register_webhook: 'webhooks of type bot are kept but never sent',
    list_webhooks: true,
    unregister_webhook: true,
    list_webhook_names: 'shape of the items is not in the fact sheet',
    enable_license_webhooks: true,
    disable_license_webhooks: true,
    get_license_webhooks_state: true,
    get_agent: 'few of the optional fields',
    list_agents: 'few of the optional fields; filters: group_ids',
    get_bot: 'id, name and avatar_path only',
    get_group: 'id and name only',
    list_groups: 'id and name only',
    create_tag: 'tags are not bound to groups',
    register_property: 'description is not kept',
  }),
  ...missing(configuration, {
    list_channels: notNeeded,
    publish_property: notNeeded,
    list_properties: notNeeded,
    list_tags: notNeeded,
    list_bots: notNeeded,
    create_bot: notNeeded,
    issue_bot_token: notNeeded,
  }),
]
