/** Outgoing mails and a folder of blobs for these tests. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ComposeDeps, Rendered } from '../../src/deliver/compose'
import type { OutgoingAttachment, OutgoingMail } from '../../src/text/outgoing-mail'

export const now = new Date('2020-03-16T07:00:00Z')

export const rendered: Rendered = {
  subject: 'Maths – Thalès – pour ven. 20 mars (K7Q2)',
  text: 'Bonjour Zoé,\n\nVoici le travail à faire : exercices 3 à 5.\n.un point au début\n',
  html: '<p>Bonjour Zoé,</p><p>Voici le travail à faire : exercices 3 à 5.</p>',
}

export const outgoing = (change: Partial<OutgoingMail> = {}): OutgoingMail => ({
  template: 'assignment',
  locale: 'fr',
  data: {} as OutgoingMail['data'],
  to: { name: 'Zoé Martin', address: 'zoe.martin@famille.example' },
  from: { name: 'Anne Lefèvre (3B)', address: '3b@devoirs.college.example' },
  replyTo: { name: 'Anne Lefèvre (3B)', address: 'r-abcdefghijklmnop@devoirs.college.example' },
  envelopeSender: 'b-abcdefghijklmnop@devoirs.college.example',
  messageId: '<k7q2.abcdefghijklmnop@devoirs.college.example>',
  inReplyTo: null,
  references: [],
  autoSubmitted: 'auto-generated',
  listId: '3b.devoirs.college.example',
  listUnsubscribe: null,
  attachments: [],
  calendar: null,
  ...change,
})

export interface Workshop extends Pick<ComposeDeps, 'blobs' | 'wireFolder' | 'now'> {
  folder: string
  put(bytes: Buffer): string
  attach(bytes: Buffer, filename: string, change?: Partial<OutgoingAttachment>): OutgoingAttachment
}

export function workshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'cartable-deliver-'))
  mkdirSync(join(folder, 'blobs'))
  const path = (hash: string): string => join(folder, 'blobs', hash)
  const put = (bytes: Buffer): string => {
    const hash = createHash('sha256').update(bytes).digest('hex')
    writeFileSync(path(hash), bytes)
    return hash
  }
  return {
    folder,
    blobs: { path },
    wireFolder: join(folder, 'wire'),
    now,
    put,
    attach: (bytes, filename, change = {}) => ({ blob: put(bytes), filename, mediaType: 'application/pdf', disposition: 'attachment', cid: null, ...change }),
  }
}

/** Bytes that look like nothing, the same each time. */
export function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let state = 12345
  for (let at = 0; at < size; at++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff
    bytes[at] = state >> 16
  }
  return bytes
}
