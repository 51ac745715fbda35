/** What the bot of the sandbox says by itself. It is no more than somebody to escalate from. */

export const GREETING = 'Hello! I am the bot. Ask me something, or talk to a human.'

/** The choice that is offered wherever the bot spoke last, and what the user says by choosing it. */
export const TALK_TO_HUMAN = 'Talk to a human'

const ANSWERS = [
  'I have looked everywhere, and I am not sure. Shall I get you a human?',
  'That is more than I know. A human can help.',
  'Thank you for telling me. I am only a simple bot; a human knows more.',
]

/** The same words get the same answer. */
export const answerTo = (text: string): string => ANSWERS[text.length % ANSWERS.length] ?? GREETING

/** Whether somebody asks the bot for a human in words. */
export const asksForHuman = (text: string): boolean =>
  /\b(human|agent|operator|real person|somebody real)\b/i.test(text)
