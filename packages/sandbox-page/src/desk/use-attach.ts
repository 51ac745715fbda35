import { type DragEvent, useState } from 'react'
import { postUpload, reasonOf } from '../api'
import type { DeskAgent } from '../protocol'
import { useSandbox } from '../state/sandbox-context'

/** Sends files of the agent, chosen or dropped. */
export function useAttach(chat: string, actor: DeskAgent | undefined) {
  const { provider, act, report } = useSandbox()
  const [over, setOver] = useState(false)
  const attach = async (file: File): Promise<void> => {
    if (!actor) return
    try {
      const { id } = await postUpload(provider, file)
      await act({ type: 'agentSendsFile', chat, agent: actor.id, upload: id })
    } catch (error) {
      report(reasonOf(error))
    }
  }
  const sendAll = async (files: readonly File[]): Promise<void> => {
    for (const file of files) await attach(file)
  }
  const drop = (event: DragEvent): void => {
    setOver(false)
    void sendAll([...event.dataTransfer.files])
  }
  const dropTarget = {
    'data-over': over,
    onDragOver: ({ dataTransfer }: DragEvent) => setOver(dataTransfer.types.includes('Files')),
    onDragLeave: () => setOver(false),
    onDrop: drop,
  }
  return { attach, dropTarget }
}
