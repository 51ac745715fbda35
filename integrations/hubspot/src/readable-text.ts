const MOST_BREAKS = 2

/** Builds a text as a browser would show it: white space collapsed, lines broken once, no blanks at their ends. */
export class ReadableText {
  private pieces: string[] = []
  private isBlankDue = false
  /** Line breaks at the end; as many as there may be while nothing is written. */
  private breaks = MOST_BREAKS
  private marker = ''

  get isAtLineStart(): boolean {
    return this.breaks > 0
  }

  /** Text in which white space has no meaning of its own. */
  flow(text: string): void {
    const words = text.split(/[\s\u00a0]+/)
    for (const [index, word] of words.entries()) {
      if (index > 0) this.isBlankDue = true
      if (word !== '') this.append(word)
    }
  }

  /** Text that stays as it is. */
  verbatim(text: string): void {
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      if (index > 0) this.breakLine()
      if (line !== '') this.append(line)
    }
  }

  /** Belongs to the word before it, whatever blank comes next. */
  attach(text: string): void {
    const isBlankDue = this.isBlankDue
    this.isBlankDue = false
    this.append(text)
    this.isBlankDue = isBlankDue
  }

  breakLine(): void {
    this.isBlankDue = false
    if (this.breaks < MOST_BREAKS) this.pieces.push('\n')
    this.breaks += 1
  }

  /** So that what comes next begins a line. */
  endLine(): void {
    this.isBlankDue = false
    if (!this.isAtLineStart) this.breakLine()
  }

  /** Comes before the next text, if any comes. */
  mark(marker: string): void {
    this.marker = marker
  }

  /** The text so far; begins anew. */
  take(): string {
    const text = this.pieces.join('').trim()
    this.pieces = []
    this.isBlankDue = false
    this.breaks = MOST_BREAKS
    return text
  }

  private append(text: string): void {
    if (this.marker !== '') {
      this.pieces.push(this.marker)
      this.marker = ''
    } else if (this.isBlankDue && !this.isAtLineStart) this.pieces.push(' ')
    this.isBlankDue = false
    this.breaks = 0
    this.pieces.push(text)
  }
}
