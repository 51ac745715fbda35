import { BOTPRESS_FILES_HOST, UPLOADS_PREFIX } from '../../hosts'
import type { JsonRecord } from '../../json'
import { owned, ownerId, owns, param, type Api, type Operation } from '../api'
import { optionalNumber, optionalRecord, optionalText, optionalTextList, text } from '../fields'
import { listPage } from '../listing'
import type { FileRow } from '../model'
import { mergeTags, readTags } from '../tags'
import { fileToWire } from '../wire'

/** Enough for the client's `uploadFile`: a record, an address to PUT the bytes to, and a public address. */
function upsertFile(api: Api, body: JsonRecord): FileRow {
  const key = text(body, 'key')
  const known = [...api.store.files.values()].find((row) => owns(api, row) && row.key === key)
  const row: FileRow = {
    ...(known ?? api.store.stamp('file', ownerId(api))),
    key,
    size: optionalNumber(body, 'size', 0, Number.MAX_SAFE_INTEGER) ?? 0,
    contentType: optionalText(body, 'contentType') ?? 'application/octet-stream',
    metadata: optionalRecord(body, 'metadata') ?? {},
    accessPolicies: optionalTextList(body, 'accessPolicies') ?? [],
    index: body['index'] === true,
  }
  delete row.content
  mergeTags(row, readTags(body, undefined, 'files'))
  api.store.touch(row)
  api.store.files.set(row.id, row)
  return row
}

const find = (api: Api, id: string) => owned(api, api.store.files, id, 'File')

function wire(api: Api, row: FileRow): JsonRecord {
  return fileToWire(row, api.botId, `https://${BOTPRESS_FILES_HOST}/${row.id}/${encodeURIComponent(row.key)}`)
}

export const fileOperations: readonly Operation[] = [
  {
    name: 'upsertFile',
    method: 'PUT',
    path: '/files',
    status: 200,
    run: (api, { body }) => {
      const row = upsertFile(api, body)
      return { file: { ...wire(api, row), uploadUrl: `${api.baseUrl}${UPLOADS_PREFIX}/${row.id}` } }
    },
  },
  {
    name: 'getFile',
    method: 'GET',
    path: '/files/:id',
    status: 200,
    run: (api, input) => ({ file: wire(api, find(api, param(input, 'id'))) }),
  },
  {
    name: 'updateFileMetadata',
    method: 'PUT',
    path: '/files/:id',
    status: 200,
    run: (api, input) => {
      const row = find(api, param(input, 'id'))
      row.metadata = { ...row.metadata, ...optionalRecord(input.body, 'metadata') }
      mergeTags(row, readTags(input.body, undefined, 'files'))
      api.store.touch(row)
      return { file: wire(api, row) }
    },
  },
  {
    name: 'deleteFile',
    method: 'DELETE',
    path: '/files/:id',
    status: 200,
    run: (api, input) => {
      api.store.files.delete(find(api, param(input, 'id')).id)
      return {}
    },
  },
  {
    name: 'listFiles',
    method: 'GET',
    path: '/files',
    status: 200,
    run: (api, { query }) => {
      const page = listPage(
        [...api.store.files.values()].filter((row) => owns(api, row)),
        query
      )
      return { files: page.rows.map((row) => wire(api, row)), meta: page.meta }
    },
  },
]
