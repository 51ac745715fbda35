/** How this emulated SalesIQ behaves where the vendor is configurable, or where the fact sheet only guesses ([I], [?]). */
export type ZohoSettings = {
  /**
   * Who picks up new conversations by itself, and after how long (emulated ms). With 0 the answer to the create call waits
   * until `conversation.attender.updated` was delivered: live, the two were 0.1 s apart.
   */
  autoAssign: { operatorId: string; delayMs: number } | undefined
  /** Hold the answer of every call until the webhooks it caused were delivered, at most `holdAnswerMs` of real time. */
  answerAfterWebhooks: boolean
  holdAnswerMs: number
  /** Whether an org token, which stands for no operator, may close as one; refused is 1009 [?]. */
  operatorClose: 'allowed' | 'refused'
  visitorClose: 'allowed' | 'refused'
  /** The method of both close calls is not visible in the documentation; the other one is 1004 [I]. */
  closeMethod: 'PUT' | 'POST'
  pastMessages: 'accepted' | 'refused'
  /** Whether an org token may manage webhooks [?]; what is refused is 1009. */
  webhookApi: 'allowed' | 'refused' | 'read-only'
  transcript: 'allowed' | 'refused'
  /** What an accepted transfer reports: `attender.updated`, `transfer.accepted`, or the first after the second [?]. */
  transferEvent: 'attender' | 'transfer' | 'both'
  /** Whether `transfer.accepted` names the new operator as `owner` [?]. */
  transferOwner: boolean
  /**
   * Where a file of an operator can be found [?]: in the webhook as `message.attachment`, in the transcript's item of the
   * same time with an empty `message.text` in the webhook, or nowhere.
   */
  agentFiles: 'payload' | 'transcript' | 'nowhere'
  /** What `expires_in` is: ms with `expires_in_sec` beside it (seen with org tokens), ms alone, or seconds. */
  tokenAnswer: 'org' | 'ms-only' | 'seconds'
  /** The documentation promises HTTP 200 for errors, public clients look at 400 and 401. */
  errorStatus: 'ok' | 'matching'
  /** How a public key is written: base64 SPKI, or the PEM around it. */
  keyFormat: 'bare' | 'pem'
  /** Sends `app_id` as a number and `version` as a text, as older documentation shows them. */
  numbersAsNumbers: boolean
  /** Status of the empty answer to a sent message. */
  emptyAnswerStatus: 200 | 204
  /** Whether a conversation opened with `custom_wait_time` is missed after so many seconds; the unit is a guess [I]. */
  missAfterWaitTime: boolean
  /** Whether `index` of the department list counts items from 0 or pages from 1 [?]. */
  departmentIndex: 'offset' | 'page'
}

export const defaultSettings: ZohoSettings = {
  autoAssign: undefined,
  answerAfterWebhooks: false,
  holdAnswerMs: 2000,
  operatorClose: 'allowed',
  visitorClose: 'allowed',
  closeMethod: 'PUT',
  pastMessages: 'accepted',
  webhookApi: 'allowed',
  transcript: 'allowed',
  transferEvent: 'both',
  transferOwner: true,
  agentFiles: 'payload',
  tokenAnswer: 'org',
  errorStatus: 'ok',
  keyFormat: 'bare',
  numbersAsNumbers: false,
  emptyAnswerStatus: 200,
  missAfterWaitTime: true,
  departmentIndex: 'offset',
}
